/** The benchmark's models, ready to train, and their samples. */
import { type Functional, input, layers, model, optimizers, setRandomSeed } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";
import type { ModelName } from "../keras/data.ts";
import { initialWeights } from "../keras/weights.ts";
import { type Sizes, usualSizes } from "./sizes.ts";
import { stacks } from "./stacks.ts";

export { makeSamples } from "./samples.ts";

/** A model with the benchmark's initial weights, or, at sizes of its own, Keras's default ones. */
export function makeModel(name: ModelName, sizes: Sizes = usualSizes(name)): Functional {
  setRandomSeed(1);
  const inputs = input({ shape: sizes.shape });
  const outputs = layers.dense({ units: 10, activation: "softmax" }).apply(stacks(layers)[name](inputs, sizes.width));
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
