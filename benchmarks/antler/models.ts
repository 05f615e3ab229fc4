// The benchmark's models through Antler's Keras API: those of train_step.py.
import { layers, optimizers, type Sequential, sequential } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";
import { type ModelName, trainingData, trainingSets } from "../keras/data.ts";
import { initialWeights } from "../keras/weights.ts";

const stacks = {
  mlp: () => [layers.dense({ units: 512, activation: "relu", inputShape: [784] }), layers.dense({ units: 512, activation: "relu" })],
  cnn: () => [
    layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
  ],
  "readme-cnn": () => [
    layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [32, 32, 3] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 100, activation: "relu" }),
  ],
  lstm: () => [layers.lstm({ units: 128, inputShape: [64, 64] })],
};
/** Of models that do not take images as they are. */
const inputShapes: Partial<Record<ModelName, readonly number[]>> = { mlp: [784], lstm: [64, 64] };

/** A model with the benchmark's initial weights, ready to train. */
export function makeModel(name: ModelName): Sequential {
  const model = sequential([...stacks[name](), layers.dense({ units: 10, activation: "softmax" })]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 1e-3 }),
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
  });
  const weights = initialWeights(name).map(({ values, shape }) => tensor(values, shape));
  model.setWeights(weights);
  for (const w of weights) w.dispose();
  return model;
}

export interface Samples {
  /** float32 [steps · batchSize, ...shape], row-major. */
  readonly images: Float32Array;
  /** int32 [steps · batchSize], each 0 to 9. */
  readonly labels: Int32Array;
  /** Of one image: [784] for the mlp, [64, 64] for the lstm, [height, width, channels] for the others. */
  readonly shape: readonly number[];
}

/** The first samples of the benchmark's data, enough for batches of any size. */
export function makeSamples(name: ModelName, steps: number, batchSize: number): Samples {
  const { imageShape, batchSize: usual } = trainingSets[name];
  const { images, labels } = trainingData(name, Math.ceil((steps * batchSize) / usual));
  const size = imageShape.reduce((a, b) => a * b, 1);
  const count = steps * batchSize;
  return { images: images.subarray(0, count * size), labels: labels.subarray(0, count), shape: inputShapes[name] ?? imageShape };
}
