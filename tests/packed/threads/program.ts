// Trains a network whose kernels are worth sharing, and shows all bits of what it learned, and what was left to workers.
import { witness } from "./witness.ts";
import "@antler/backend-cpu/register";
import { setThreads, setWorkerUrl } from "@antler/backend-cpu";
import { layers, optimizers, type Sequential, sequential, setRandomSeed } from "@antler/keras-api";
import { cast, matMul, mul, onEvent, ones, randomUniform, type Tensor, tidy } from "@antler/tensor-core";

const warnings: string[] = [];
onEvent((event) => void (event.kind === "warning" && warnings.push(event.message)));

export interface Wishes {
  readonly threads?: number;
  readonly workerUrl?: string | undefined;
  /** Whether to kill all workers first. */
  readonly kill?: boolean;
}

/** The table of results: equal wherever the program runs, but for the last two rows. */
export async function results({ threads = 3, workerUrl, kill = false }: Wishes = {}): Promise<Record<string, string | number>> {
  setWorkerUrl(workerUrl);
  setThreads(threads);
  await alive(threads - 1);
  if (kill) {
    await killWorkers();
    await alive(threads - 1);
  }
  const { model, x, loss } = await train(3);
  const weights = await Promise.all(model.getWeights().map(async (w) => (await w.data()) as Float32Array<ArrayBuffer>));
  // Neither text nor blobs can be made of shared memory.
  const text = new TextDecoder("latin1").decode(model.predict(x).dataSync() as Float32Array<ArrayBuffer>);
  return {
    loss,
    weights: await digest(new Blob(weights)),
    predictions: await digest(await new Response(text).blob()),
    warnings: warnings.join(" "),
    "jobs of workers": witness.jobs,
  };
}

async function train(epochs: number): Promise<{ model: Sequential; x: Tensor; loss: string }> {
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
  const { history } = await model.fit(x, y, { epochs, batchSize: 32, verbose: 0 });
  return { model, x, loss: String(history["loss"]) };
}

/** Workers start while a network is trained; comes back when so many live, or none ever will. */
async function alive(count: number): Promise<void> {
  if (typeof SharedArrayBuffer === "undefined") return;
  const before = warnings.length;
  while (witness.living < count && warnings.length === before) await train(1);
}

/** What is left to workers that live no more is lost, and an error says so. */
async function killWorkers(): Promise<void> {
  for (const worker of witness.workers) worker.terminate();
  try {
    // Chromium lets a sleeping worker live for two more seconds.
    for (;;) {
      largeJob();
      await pause(50);
    }
  } catch (error) {
    warnings.push(String(error));
    witness.living = 0;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const largeJob = (): void => tidy(() => void matMul(ones([256, 256]), ones([256, 256])));

async function digest(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
