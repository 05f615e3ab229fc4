/** Training of the benchmark's models with TensorFlow.js's own Keras: the same layers, weights and batches. */
import { makeSamples } from "../antler/samples.ts";
import { pageSizes } from "../antler/sizes.ts";
import { stacks } from "../antler/stacks.ts";
import type { ModelName } from "../keras/data.ts";
import { initialWeights } from "../keras/weights.ts";
import { COMPARED_LOSSES } from "../work/mlp.ts";
import { PAGE_STEPS, type Work } from "../work/peer.ts";
import { ADAM, type Tensor, type Tf, type TfLayers, type TfModel } from "./api.ts";

interface Set {
  readonly x: Tensor;
  readonly y: Tensor;
}

export function trainModel(tf: Tf, keras: TfLayers, name: ModelName): Work {
  const sizes = pageSizes(name);
  const model = makeModel(tf, keras, name);
  const sets = new Map<number, Set>();
  const epoch = async (steps: number): Promise<void> => {
    const set = sets.get(steps) ?? setOf(tf, name, steps);
    sets.set(steps, set);
    await model.fit(set.x, set.y, { batchSize: sizes.batch, epochs: 1, shuffle: false, verbose: 0, yieldEvery: "never" });
  };
  return { epoch, run: () => epoch(PAGE_STEPS), output: () => firstLosses(tf, keras, name) };
}

async function firstLosses(tf: Tf, keras: TfLayers, name: ModelName): Promise<number[]> {
  const fresh = makeModel(tf, keras, name);
  const { batch, shape } = pageSizes(name);
  const { images, labels } = makeSamples(name, COMPARED_LOSSES, pageSizes(name));
  const size = images.length / COMPARED_LOSSES;
  const losses: number[] = [];
  for (let step = 0; step < COMPARED_LOSSES; step++) {
    const x = tf.tensor(images.slice(step * size, (step + 1) * size), [batch, ...shape]);
    const y = tf.tensor(Float32Array.from(labels.subarray(step * batch, (step + 1) * batch)), [batch, 1]);
    losses.push((await fresh.trainOnBatch(x, y))[0]!);
  }
  return losses;
}

function makeModel(tf: Tf, { layers, input, model }: TfLayers, name: ModelName): TfModel {
  const { shape, width } = pageSizes(name);
  const inputs = input({ shape });
  const outputs = layers.dense({ units: 10, activation: "softmax" }).apply(stacks(layers)[name](inputs, width));
  const made = model({ inputs, outputs });
  made.compile({ optimizer: tf.train.adam(...ADAM), loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const initial = initialWeights(name).map(({ values, shape }) => tf.tensor(values, shape));
  // Of a whole model it wants those first that are trained; of a layer, in Keras's order.
  for (const layer of made.layers) layer.setWeights(initial.splice(0, layer.weights.length));
  return made;
}

function setOf(tf: Tf, name: ModelName, steps: number): Set {
  const sizes = pageSizes(name);
  const { images, labels } = makeSamples(name, steps, sizes);
  return { x: tf.tensor(images, [labels.length, ...sizes.shape]), y: tf.tensor(Float32Array.from(labels), [labels.length, 1]) };
}
