// A program with threads that ends in the way its argument names. Run by processes.test.ts.
import { writeSync } from "node:fs";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import * as tf from "@antler/tensor-core";
import { createCpuBackend } from "../src/index.ts";

let online = 0;
const { unref } = Worker.prototype;
Worker.prototype.unref = function (this: Worker) {
  this.once("online", () => online++);
  unref.call(this);
};
const warnings: string[] = [];
tf.onEvent((event) => void (event.kind === "warning" && warnings.push(event.message)));

const threads = 3;
const backend = createCpuBackend({ threads });
await tf.setBackend(backend);
const x = tf.ones([300, 300]);
const sum = async (): Promise<number> => Number((await tf.sum(tf.matMul(x, x)).data())[0]);

while (online < threads - 1 && warnings.length === 0) {
  await sum();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const result = await sum();

/** Says how it went, and when: what follows is the end. */
function tell(): void {
  const told = { result, online, warnings, time: Date.now() };
  if (isMainThread) writeSync(1, `${JSON.stringify(told)}\n`);
  else parentPort!.postMessage(told);
}

const endings: Readonly<Record<string, () => unknown>> = {
  simply: tell,
  disposed() {
    backend.dispose();
    tell();
  },
  async callback() {
    const { callbacks, layers, sequential } = await import("@antler/keras-api");
    const model = sequential([layers.dense({ units: 300, inputShape: [300] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const onTrainBatchEnd = (): void => {
      tell();
      process.exit(7);
    };
    return model.fit(x, x, { epochs: 1000, verbose: 0, callbacks: [callbacks.lambdaCallback({ onTrainBatchEnd })] });
  },
  thrown() {
    tell();
    throw new Error("oh no");
  },
  inside() {
    const worker = new Worker(new URL(import.meta.url), { argv: ["simply"] });
    worker.once("message", (told) => writeSync(1, `${JSON.stringify(told)}\n`));
  },
};
await endings[isMainThread ? (process.argv[2] ?? "simply") : "simply"]!();
