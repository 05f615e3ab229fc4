/** The benchmark's models, ready to train, and their samples. */
import { type Functional, input, layers, model, optimizers, setRandomSeed } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";
import { dataSeed, type ModelName, randomBits, trainingData, trainingSets, uniform } from "../keras/data.ts";
import { initialWeights } from "../keras/weights.ts";
import { type Sizes, usualSizes } from "./sizes.ts";
import { stacks } from "./stacks.ts";

/** A model with the benchmark's initial weights, or, at sizes of its own, Keras's default ones. */
export function makeModel(name: ModelName, sizes: Sizes = usualSizes(name)): Functional {
  setRandomSeed(1);
  const inputs = input({ shape: sizes.shape });
  const outputs = layers.dense({ units: 10, activation: "softmax" }).apply(stacks[name](inputs, sizes.width));
  const made = model({ inputs, outputs });
  made.compile({
    optimizer: optimizers.adam({ learningRate: 1e-3 }),
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
  });
  if (sameModel(sizes, usualSizes(name))) setInitialWeights(made, name);
  return made;
}
/** Batches do not change weights. */
const sameModel = (a: Sizes, b: Sizes): boolean => a.width === b.width && a.shape.join() === b.shape.join();

function setInitialWeights(made: Functional, name: ModelName): void {
  const weights = initialWeights(name).map(({ values, shape }) => tensor(values, shape));
  made.setWeights(weights);
  for (const w of weights) w.dispose();
}

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
