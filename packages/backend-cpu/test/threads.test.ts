// Threads: the same bits whatever their number, and no hang, no wrong number, when one of them is killed.
import { Worker } from "node:worker_threads";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import * as tf from "@antler/tensor-core";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type CpuDevice, createCpuBackend, setThreads } from "../src/index.ts";
import { KernelLibrary } from "../src/kernels/index.ts";
import { everySource } from "../src/matched/packs.ts";
import { Memory } from "../src/memory.ts";
import { Pool } from "../src/pool.ts";
import { HALL_BYTES } from "../src/threads/layout.ts";
import { SharedContext } from "../src/threads/shared-context.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

const wave = (length: number, phase: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37 + phase));

/** Large enough that every kernel of a step is shared. */
function makeModel() {
  setRandomSeed(7);
  const model = sequential([
    layers.conv2d({ filters: 24, kernelSize: 3, activation: "relu", padding: "same", inputShape: [20, 20, 5] }),
    layers.maxPooling2d({}),
    layers.conv2d({ filters: 40, kernelSize: 3, strides: 2, activation: "relu" }),
    layers.batchNormalization({}),
    layers.flatten(),
    layers.dense({ units: 200, activation: "tanh" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 1e-3 }), loss: "sparse_categorical_crossentropy" });
  return model;
}
type Model = ReturnType<typeof makeModel>;

const images = wave(96 * 2000, 0);
const classes = Int32Array.from({ length: 96 }, (_, i) => (i * 7) % 10);
async function step(model: Model): Promise<number> {
  const [x, y] = [tf.tensor(images, [96, 20, 20, 5]), tf.tensor(classes)];
  const loss = await model.trainOnBatch(x, y);
  x.dispose();
  y.dispose();
  return Number(Array.isArray(loss) ? loss[0] : loss);
}
const bitsOf = (model: Model): number[][] =>
  model.getWeights().map((w) => [...new Int32Array((w.dataSync() as Float32Array).slice().buffer)]);

async function trained(threads: number, steps: number): Promise<{ losses: number[]; bits: number[][] }> {
  const backend = createCpuBackend({ threads });
  await tf.setBackend(backend);
  const model = makeModel();
  const losses: number[] = [];
  for (let s = 0; s < steps; s++) losses.push(await step(model));
  const bits = bitsOf(model);
  backend.dispose();
  return { losses, bits };
}
/** Workers come to life while nothing waits for them. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("threads", () => {
  test("one, two and eight give the same bits, twenty times over", { timeout: 180_000 }, async () => {
    const alone = await trained(1, 4);
    expect(alone.losses.at(-1)).toBeLessThan(alone.losses[0]!);
    for (let run = 0; run < 20; run++) expect(await trained(run % 2 ? 8 : 2, 4)).toEqual(alone);
  });

  test("setThreads reaches backends that exist, and refuses what is no number of threads", async () => {
    const backend = createCpuBackend();
    const device = backend.device as CpuDevice;
    setThreads(3);
    expect(device.threads).toBe(3);
    expect((createCpuBackend().device as CpuDevice).threads).toBe(3);
    for (const bad of [0, -1, 1.5, Number.NaN]) expect(() => setThreads(bad)).toThrow("expected a whole number of at least 1");
    setThreads(2);
    expect(device.threads).toBe(2);
  });

  test("what is read is a copy in an ordinary buffer: texts, blobs and requests take no shared memory", async () => {
    const backend = createCpuBackend({ threads: 2 });
    await tf.setBackend(backend);
    for (const dtype of (backend.device as CpuDevice).dtypes) {
      const x = tf.zeros([3], dtype);
      for (const numbers of [await x.data(), x.dataSync(), await tf.stack([x, x]).data()])
        expect(numbers.buffer).toBeInstanceOf(ArrayBuffer);
    }
    backend.dispose();
  });

  test("pieces are done by every thread, each with scratch of its own", async () => {
    const memory = new Memory({ shared: true });
    const context = new SharedContext(memory, new KernelLibrary(memory, { relaxed: true }, everySource()));
    context.threads = 3;
    const [count, bytes] = [200, 400_000];
    const places = memory.alloc(count * 4);
    const seen = new Set<number>();
    for (const until = performance.now() + 20_000; seen.size < 3 && performance.now() < until; await pause(20)) {
      context.parallel(count, 1e9, ({ exports, scratch }, piece) => {
        const own = scratch.reserve(bytes);
        exports.fillSequence(own, piece, 0, bytes / 4);
        exports.fillSequence(places + piece * 4, own, 0, 1);
      });
      for (const place of memory.i32().slice(places >>> 2, (places >>> 2) + count)) seen.add(place >>> 0);
    }
    const sorted = [...seen].sort((x, y) => x - y);
    expect(sorted).toHaveLength(3);
    for (const [i, place] of sorted.slice(1).entries()) expect(place - sorted[i]!).toBeGreaterThanOrEqual(bytes);
    context.dismiss();
  });

  test("threads that are dismissed leave their memory, but for the words where they met", () => {
    const memory = new Memory({ shared: true });
    const context = new SharedContext(memory, new KernelLibrary(memory, { relaxed: true }, everySource()));
    const bytes: number[] = [];
    for (const threads of [2, 3, 2, 3]) {
      context.threads = threads;
      context.parallel(8, 1e9, ({ exports, scratch }, piece) => exports.fillSequence(scratch.reserve(1e6), piece, 0, 250_000));
      context.dismiss();
      bytes.push(memory.stats.liveBytes);
    }
    expect(bytes.at(-1)! - bytes[0]!).toBe(3 * Pool.blockBytes(HALL_BYTES));
  });

  test("a worker that is killed at any moment: the right numbers or a typed error, at once", { timeout: 240_000 }, async () => {
    const right = await trained(1, 2);
    const workers: Worker[] = [];
    const unref = Worker.prototype.unref;
    vi.spyOn(Worker.prototype, "unref").mockImplementation(function (this: Worker) {
      workers.push(this);
      unref.call(this);
    });
    const backend = createCpuBackend({ threads: 3 });
    await tf.setBackend(backend);
    // The kill comes in the middle of a step, with the n-th hand-written kernel, while JavaScript is busy.
    let untilKill = Number.POSITIVE_INFINITY;
    for (const matched of Object.values(backend.device.kernels!)) {
      const { run } = matched;
      matched.run = (call) => {
        if (untilKill-- === 0) void workers.at(-1)?.terminate();
        run(call);
      };
    }
    let [whole, failed] = [0, 0];
    for (let kill = 0; kill < 100; kill++) {
      const model = makeModel();
      const losses = [await step(model)];
      untilKill = (kill * 37) % 17;
      const start = performance.now();
      try {
        losses.push(await step(model));
        expect(losses).toEqual(right.losses);
        expect(bitsOf(model)).toEqual(right.bits);
        whole++;
      } catch (error) {
        if (!(error instanceof tf.BackendError)) throw error;
        expect(error.message).toContain("a worker thread ended in the middle of its work");
        // What the step wrote over is lost, and says so.
        expect(() => bitsOf(model)).toThrow("a worker thread ended");
        failed++;
      }
      expect(performance.now() - start).toBeLessThan(2000 + 1000);
      for (const w of model.variables) w.dispose();
      await pause(1);
    }
    expect(whole + failed).toBe(100);
    expect(workers.length).toBeGreaterThan(100);
    backend.dispose();
  });
});
