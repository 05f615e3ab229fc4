/**
 * Times tracing, lowering and assembling the CNN's training step in a fresh process. Prints {"version", "value", "cpu"}.
 */
import "@antler/backend-cpu/register";
import { onEvent, tensor, VERSION } from "@antler/tensor-core";
import { makeModel, makeSamples } from "./models.ts";
import { usualSizes } from "./sizes.ts";

interface Times {
  /** Milliseconds of both. */
  value: number;
  /** Processor time of all threads until the step is compiled. */
  cpu: number;
}

const { batch, shape } = usualSizes("cnn");
const { images, labels } = makeSamples("cnn", 1);
const x = tensor(images, [batch, ...shape]);
console.log(JSON.stringify({ version: VERSION, ...(await firstStep()) }));

async function firstStep(): Promise<Times> {
  const model = makeModel("cnn");
  const times: Times = { value: 0, cpu: 0 };
  const used = process.cpuUsage();
  const stop = onEvent((event) => {
    if (event.kind !== "trace" && event.kind !== "compile") return;
    times.value += event.ms;
    const { user, system } = process.cpuUsage(used);
    times.cpu = (user + system) / 1000;
  });
  await model.trainOnBatch(x, labels);
  stop();
  return times;
}
