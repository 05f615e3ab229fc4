// Trains a network whose kernels are worth sharing, and shows all bits of what it learned, and what was left to workers.
import { witness } from "./witness.ts";
import "@antler/backend-cpu/register";
import { setThreads, setWorkerUrl } from "@antler/backend-cpu";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import { cast, matMul, mul, onEvent, ones, randomUniform, tidy } from "@antler/tensor-core";

const threads = 3;
const warnings: string[] = [];
onEvent((event) => void (event.kind === "warning" && warnings.push(event.message)));

/** The table of results: equal wherever the program runs, but for the last two rows. */
export async function results(): Promise<Record<string, string | number>> {
  const wishes = new URLSearchParams(globalThis.location?.search);
  setWorkerUrl(wishes.get("workers") ?? undefined);
  setThreads(threads);
  await workersAlive();
  if (wishes.has("kill")) await killWorkers();
  setRandomSeed(1);
  const x = randomUniform([128, 16, 16, 3], { seed: [1, 1] });
  const y = cast(mul(randomUniform([128], { seed: [1, 2] }), 10), "int32");
  const model = sequential([
    layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu", padding: "same", inputShape: [16, 16, 3] }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 24, kernelSize: 3, activation: "relu" }),
    layers.flatten(),
    layers.dense({ units: 10, activation: "softmax" }),
  ]);
  model.compile({ optimizer: optimizers.adam(), loss: "sparse_categorical_crossentropy" });
  const { history } = await model.fit(x, y, { epochs: 3, batchSize: 32, verbose: 0 });
  const weights = await Promise.all(model.getWeights().map(async (w) => (await w.data()) as Float32Array<ArrayBuffer>));
  // Neither text nor blobs can be made of shared memory.
  const text = new TextDecoder("latin1").decode(model.predict(x).dataSync() as Float32Array<ArrayBuffer>);
  return {
    loss: String(history["loss"]),
    weights: await digest(new Blob(weights)),
    predictions: await digest(await new Response(text).blob()),
    warnings: warnings.join(" "),
    "jobs of workers": witness.jobs,
  };
}

/** Workers start with large jobs, while the page is idle; comes back when all live, or none ever will. */
async function workersAlive(): Promise<void> {
  if (typeof SharedArrayBuffer === "undefined") return;
  while (witness.living < threads - 1 && warnings.length === 0) {
    largeJob();
    await pause(5);
  }
}

/** What is left to workers that live no more is lost, and an error says so; then there are new ones. */
async function killWorkers(): Promise<void> {
  for (const worker of witness.workers) worker.terminate();
  try {
    // Chromium lets a sleeping worker live for two more seconds.
    for (;;) {
      largeJob();
      await pause(50);
    }
  } catch (error) {
    witness.living = 0;
    await workersAlive();
    warnings.push(String(error));
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const largeJob = (): void => tidy(() => void matMul(ones([256, 256]), ones([256, 256])));

async function digest(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
