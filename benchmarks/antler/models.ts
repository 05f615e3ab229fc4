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
  setInitialWeights(made, name);
  return made;
}

/** Batches, and often images, do not change weights; where sizes do, Keras's own initial ones stay. */
function setInitialWeights(made: Functional, name: ModelName): void {
  const initial = initialWeights(name);
  if (String(made.weights.map(({ shape }) => `${shape}`)) !== String(initial.map(({ shape }) => `${shape}`))) return;
  const weights = initial.map(({ values, shape }) => tensor(values, shape));
  made.setWeights(weights);
  for (const w of weights) w.dispose();
}
