// Trains a small convolutional network on handwritten digits, saves it, and says how well it reads digits it has never seen.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import "@antler/backend-cpu/register";
import "@antler/savedmodel/keras";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";
import { type Digits, loadDigits, split, standardize } from "./dataset.ts";
import { hashOf } from "./hash.ts";

setRandomSeed(1);

// One fifth is held back: neither training nor validation sees it.
const { train, test } = standardize(split(await loadDigits(), { seed: 1 }));
const images = ({ images, count }: Digits) => tensor(images, [count, 8, 8, 1]);
const [xTrain, xTest] = [images(train), images(test)];
const [yTrain, yTest] = [train.labels, test.labels];

const model = sequential([
  layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu", inputShape: [8, 8, 1] }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dense({ units: 100, activation: "relu" }),
  layers.dense({ units: 10, activation: "softmax" }),
]);
model.summary();

model.compile({
  optimizer: optimizers.adam({ learningRate: 0.001 }),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
});
await model.fit(xTrain, yTrain, { epochs: 10, batchSize: 32, validationSplit: 0.2 });

// Keras reads this file, too. Another process gets nothing but it, and says what it predicts with it.
const file = fileURLToPath(new URL("digits.keras", import.meta.url));
await model.save(file);
console.log(`saved as ${file}`);
console.log(`predictions here          ${await hashOf(model.predict(xTest))}`);
const { status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(new URL("read.ts", import.meta.url)), file], {
  stdio: "inherit",
});
if (status !== 0) throw new Error("the other process could not read the file");

const [, accuracy] = await model.evaluate(xTest, yTest);
console.log(`test accuracy ${accuracy!.toFixed(4)}`);
