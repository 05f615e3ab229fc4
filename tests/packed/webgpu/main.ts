// Trains a tiny network on the GPU, in a page or in Node.
import "@antler/backend-webgpu/register";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { config, getBackend, randomUniform, setBackend, square, sum } from "@antler/tensor-core";

await setBackend("webgpu");
setRandomSeed(1);
const x = randomUniform([64, 2], { seed: [1, 1], minval: -1 });
const model = sequential([layers.dense({ units: 8, activation: "tanh", inputShape: [2] }), layers.dense({ units: 1 })]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: "mean_squared_error" });
const { history } = await model.fit(x, sum(square(x), { axis: 1, keepDims: true }), { epochs: 10, batchSize: 32, verbose: 0 });
const losses = history["loss"] as number[];

console.table({
  backend: getBackend().name,
  GPUs: (await config.listPhysicalDevices("GPU")).map(({ name }) => name).join(" "),
  "first loss": losses[0]!.toFixed(3),
  "last loss": losses.at(-1)!.toFixed(3),
});
