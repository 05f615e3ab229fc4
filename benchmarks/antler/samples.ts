/** Samples for the benchmark's models, whoever learns from them. */
import { dataSeed, type ModelName, randomBits, trainingData, trainingSets, uniform } from "../keras/data.ts";
import { type Sizes, usualSizes } from "./sizes.ts";

export interface Samples {
  /** float32 [steps · batch, ...shape], row-major. */
  readonly images: Float32Array;
  /** int32 [steps · batch], each 0 to 9. */
  readonly labels: Int32Array;
}

/** The first samples of the benchmark's data, enough for `steps` batches; noise where samples are of another shape. */
export function makeSamples(name: ModelName, steps: number, { batch, shape }: Sizes = usualSizes(name)): Samples {
  const { batchSize } = trainingSets[name];
  const count = steps * batch;
  const size = shape.reduce((a, b) => a * b, 1);
  if (size !== trainingSets[name].imageShape.reduce((a, b) => a * b, 1)) return noise(count, size);
  const { images, labels } = trainingData(name, Math.ceil(count / batchSize));
  return { images: images.subarray(0, count * size), labels: labels.subarray(0, count) };
}

function noise(count: number, size: number): Samples {
  const bits = randomBits(dataSeed);
  const labels = Int32Array.from({ length: count }, (_, index) => (index * 7) % 10);
  return { images: new Float32Array(count * size).map(() => uniform(bits())), labels };
}
