/**
 * Times a training step of Antler on demand, as `train_step.py --serve` does for Keras: the same lines and times.
 *
 * node benchmarks/antler/train-step.ts --model cnn [--steps 50] [--threads 1] [--awkward 0|1|2|none]
 *
 * `--awkward` takes the awkward sizes of that number, or the usual ones, and leaves out the losses: nobody compares them.
 */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { lambdaCallback } from "@antler/keras-api";
import { tensor, VERSION } from "@antler/tensor-core";
import type { ModelName } from "../keras/data.ts";
import { firstLosses } from "./losses.ts";
import { makeModel, makeSamples } from "./models.ts";
import { awkwardSizes, usualSizes } from "./sizes.ts";
import { useThreads } from "./threads.ts";

const LOSS_STEPS = 20;

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    steps: { type: "string", default: "50" },
    threads: { type: "string", default: "1" },
    awkward: { type: "string" },
  },
});
const name = values.model as ModelName;
const steps = Number(values.steps);
const sizes = { ...usualSizes(name), ...awkwardSizes[name][Number(values.awkward)] };
const print = (answer: object): void => console.log(JSON.stringify(answer));

await useThreads(Number(values.threads));
const output = values.awkward === undefined ? { output: await firstLosses(name, sizes, LOSS_STEPS) } : {};
const model = makeModel(name, sizes);
const { images, labels } = makeSamples(name, steps, sizes);
const x = tensor(images, [labels.length, ...sizes.shape]);
// Traces and compiles the step.
await runEpoch();
print({ version: VERSION, ...output });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "quit") break;
  print(line === "run" ? await runEpoch() : { error: `expected "run" or "quit", got "${line}"` });
}
process.exit(0);

/** Milliseconds per step of one epoch of `fit`: until training ended, until the call returned, and of processor time until training ended. */
async function runEpoch(): Promise<{ value: number; call: number; cpu: number }> {
  let trained = 0;
  let used = 0;
  const onTrainEnd = (): void => {
    trained = performance.now();
    used = processorTime() - before;
  };
  const before = processorTime();
  const start = performance.now();
  await model.fit(x, labels, {
    batchSize: sizes.batch,
    epochs: 1,
    shuffle: false,
    verbose: 0,
    callbacks: [lambdaCallback({ onTrainEnd })],
  });
  const returned = performance.now();
  return { value: (trained - start) / steps, call: (returned - start) / steps, cpu: used / steps };
}

/** Of all threads of this process, in milliseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
