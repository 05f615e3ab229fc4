// Trains a small convolutional network on handwritten digits, saves it, and says how well it reads digits it has never seen.
// With --dataset fashion-mnist it looks at clothes instead.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import "@antler/backend-cpu/register";
import "@antler/savedmodel/keras";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { tensor } from "@antler/tensor-core";
import { type Digits, loadDigits, split, standardize } from "./dataset.ts";
import { loadFashionMnist } from "./fashion-mnist/dataset.ts";
import { fashionLayers } from "./fashion-mnist/layers.ts";
import { hashOf } from "./hash.ts";
import { readOptions } from "./options.ts";

setRandomSeed(1);
const { dataset, data, epochs, batchSize } = readOptions();
const clothes = dataset === "fashion-mnist";

// One fifth is held back: neither training nor validation sees it. Of clothes, what the data set's authors held back.
const { train, test } = clothes ? await loadFashionMnist(data) : standardize(split(await loadDigits(), { seed: 1 }));
const side = clothes ? 28 : 8;
const images = ({ images, count }: Digits) => tensor(images, [count, side, side, 1]);
const [xTrain, xTest] = [images(train), images(test)];
const [yTrain, yTest] = [train.labels, test.labels];

const digitLayers = () => [
  layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu", inputShape: [8, 8, 1] }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dense({ units: 100, activation: "relu" }),
  layers.dense({ units: 10, activation: "softmax" }),
];
const model = sequential(clothes ? fashionLayers() : digitLayers());
model.summary();

model.compile({
  optimizer: optimizers.adam({ learningRate: 0.001 }),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
});
await model.fit(xTrain, yTrain, { epochs, batchSize, validationSplit: 0.2 });

if (!clothes) {
  // Keras reads this file, too. Another process gets nothing but it, and says what it predicts with it.
  const file = fileURLToPath(new URL("digits.keras", import.meta.url));
  await model.save(file);
  console.log(`saved as ${file}`);
  console.log(`predictions here          ${await hashOf(model.predict(xTest))}`);
  const { status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(new URL("read.ts", import.meta.url)), file], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the other process could not read the file");
}

const [, accuracy] = await model.evaluate(xTest, yTest);
console.log(`test accuracy ${accuracy!.toFixed(4)}`);
