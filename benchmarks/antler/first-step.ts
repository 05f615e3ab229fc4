// Times tracing and compiling the CNN's training step, in a fresh process and again for a second model, and prints it as JSON.
import "@antler/backend-cpu/register";
import { onEvent, tensor } from "@antler/tensor-core";
import { makeModel, makeSamples } from "./models.ts";

interface Times {
  trace: number;
  compile: number;
  /** The whole step: tracing, compiling and running it. */
  step: number;
  /** Processor time of all threads until the step is compiled. */
  cpu: number;
}

const BATCH = 64;
const { images, labels, shape } = makeSamples("cnn", 1, BATCH);
const x = tensor(images, [BATCH, ...shape]);
console.log(JSON.stringify({ cold: await firstStep(), warm: await firstStep() }));

/** Milliseconds of the first step of a new model. */
async function firstStep(): Promise<Times> {
  const model = makeModel("cnn");
  const times: Times = { trace: 0, compile: 0, step: 0, cpu: 0 };
  const used = process.cpuUsage();
  const stop = onEvent((event) => {
    if (event.kind !== "trace" && event.kind !== "compile") return;
    times[event.kind] += event.ms;
    const { user, system } = process.cpuUsage(used);
    times.cpu = (user + system) / 1000;
  });
  const start = performance.now();
  await model.trainOnBatch(x, labels);
  times.step = performance.now() - start;
  stop();
  return times;
}
