/**
 * Times a training step of Antler on demand, as `train_step.py --serve` does for Keras: the same arguments, lines and times.
 *
 * node benchmarks/antler/train-step.ts --model cnn [--steps 50] [--batch 64] [--losses-out FILE]
 */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import "@antler/backend-cpu/register";
import { lambdaCallback } from "@antler/keras-api";
import { tensor, VERSION } from "@antler/tensor-core";
import { type ModelName, trainingSets } from "../keras/data.ts";
import { makeModel, makeSamples } from "./models.ts";

const LOSS_STEPS = 20;

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    steps: { type: "string", default: "50" },
    batch: { type: "string" },
    "losses-out": { type: "string" },
  },
});
const name = values.model as ModelName;
const steps = Number(values.steps);
const batchSize = Number(values.batch ?? trainingSets[name].batchSize);

const print = (answer: object): void => console.log(JSON.stringify(answer));
const about = { model: name, batch: batchSize, steps, antler: VERSION, node: process.versions.node };

if (values["losses-out"]) writeFileSync(values["losses-out"], JSON.stringify({ ...about, losses: await firstLosses() }));
const model = makeModel(name);
const { images, labels, shape } = makeSamples(name, steps, batchSize);
const x = tensor(images, [labels.length, ...shape]);
// Traces and compiles the step.
await runEpoch();
print({ ready: true, ...about });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "quit") break;
  print(line === "run" ? await runEpoch() : { error: `expected "run" or "quit", got "${line}"` });
}

/** The loss of each of the first batches, from fresh weights. */
async function firstLosses(): Promise<number[]> {
  const fresh = makeModel(name);
  const { images, labels, shape } = makeSamples(name, LOSS_STEPS, batchSize);
  const size = images.length / LOSS_STEPS;
  const losses: number[] = [];
  for (let step = 0; step < LOSS_STEPS; step++) {
    const batch = tensor(images.subarray(step * size, (step + 1) * size), [batchSize, ...shape]);
    // What it gives is the mean of all batches since the last reset.
    fresh.resetMetrics();
    const [loss] = await fresh.trainOnBatch(batch, labels.subarray(step * batchSize, (step + 1) * batchSize));
    batch.dispose();
    losses.push(loss!);
  }
  return losses;
}

/** Milliseconds per step of one epoch of `fit`: until training ended, until the call returned, and of processor time until training ended. */
async function runEpoch(): Promise<{ ms_per_step: number; ms_per_step_call: number; cpu_ms_per_step: number }> {
  let trained = 0;
  let used = 0;
  const onTrainEnd = (): void => {
    trained = performance.now();
    used = processorTime() - before;
  };
  const before = processorTime();
  const start = performance.now();
  await model.fit(x, labels, { batchSize, epochs: 1, shuffle: false, verbose: 0, callbacks: [lambdaCallback({ onTrainEnd })] });
  const returned = performance.now();
  return { ms_per_step: (trained - start) / steps, ms_per_step_call: (returned - start) / steps, cpu_ms_per_step: used / steps };
}

/** Of all threads of this process, in milliseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
