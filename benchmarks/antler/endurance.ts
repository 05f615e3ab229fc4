/**
 * Trains a small model for many steps and prints, as {"version", "value"}, what has grown meanwhile.
 *
 * node benchmarks/antler/endurance.ts --measure bytes|rss [--steps 10000] [--threads 1]
 *
 * bytes: of live tensors. rss: of the whole process, in MB: the slope from the second half of the steps, for all of them.
 */
import { parseArgs } from "node:util";
import { layers, sequential } from "@antler/keras-api";
import { memory, tensor, VERSION } from "@antler/tensor-core";
import { useThreads } from "./threads.ts";

const { values } = parseArgs({
  options: { measure: { type: "string" }, steps: { type: "string", default: "10000" }, threads: { type: "string", default: "1" } },
});
const steps = Number(values.steps);
await useThreads(Number(values.threads));

const model = sequential([
  layers.dense({ units: 32, activation: "relu", inputShape: [16] }),
  layers.dense({ units: 4, activation: "softmax" }),
]);
model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const x = tensor(
  Float32Array.from({ length: 8 * 16 }, (_, i) => (i % 7) / 7),
  [8, 16],
);
const labels = Int32Array.from({ length: 8 }, (_, i) => i % 4);

await train(steps / 2);
const [bytes, rss] = [memory().numBytes, process.memoryUsage.rss()];
await train(steps / 2);
const grown = values.measure === "bytes" ? memory().numBytes - bytes : (2 * (process.memoryUsage.rss() - rss)) / 2 ** 20;
console.log(JSON.stringify({ version: VERSION, value: grown }));
process.exit(0);

async function train(count: number): Promise<void> {
  for (let step = 0; step < count; step++) await model.trainOnBatch(x, labels);
}
