/**
 * Trains a small model for many steps and prints, as {"version", "value"}, what has grown meanwhile.
 *
 * node benchmarks/antler/endurance.ts --measure bytes|rss [--steps 10000] [--threads 1]
 *
 * bytes: of live tensors, from the first half of the steps to the end. rss: of the whole process, in MB for so many steps: the
 * slope of the straight line nearest to what it took during the second half.
 */
import { parseArgs } from "node:util";
import { layers, sequential } from "@antler/keras-api";
import { memory, tensor, VERSION } from "@antler/tensor-core";
import { useThreads } from "./threads.ts";

const { values } = parseArgs({
  options: {
    measure: { type: "string" },
    steps: { type: "string", default: "10000" },
    threads: { type: "string", default: "1" },
  },
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

const SAMPLES = 50;

await train(steps / 2);
const bytes = memory().numBytes;
const sizes: number[] = [];
for (let i = 0; i < SAMPLES; i++) {
  await train(steps / 2 / SAMPLES);
  sizes.push(process.memoryUsage.rss() / 2 ** 20);
}
const value = values.measure === "bytes" ? memory().numBytes - bytes : 2 * SAMPLES * slope(sizes);
console.log(JSON.stringify({ version: VERSION, value }));
process.exit(0);

async function train(count: number): Promise<void> {
  for (let step = 0; step < count; step++) await model.trainOnBatch(x, labels);
}

/** From one value to the next, by least squares. */
function slope(ys: readonly number[]): number {
  const middle = (ys.length - 1) / 2;
  const moment = ys.reduce((sum, y, i) => sum + (i - middle) * y, 0);
  return moment / ys.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
}
