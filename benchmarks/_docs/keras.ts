import "@antler/backend-cpu/register";
import { layers, sequential, setRandomSeed } from "@antler/keras-api";

setRandomSeed(1);
const model = sequential([
  layers.dense({ units: 8, activation: "tanh", inputShape: [2] }),
  layers.dense({ units: 1, activation: "sigmoid" }),
]);
model.compile({ optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"] });
model.optimizer!.learningRate = 0.05;

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
await model.fit(x, [[0], [1], [1], [0]], { epochs: 200, verbose: 0 });
model.predict(x).print();
