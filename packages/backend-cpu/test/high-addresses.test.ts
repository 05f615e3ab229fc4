// Beyond 2 GiB, where addresses are negative as signed numbers: training steps on one thread and on three, and memory that is full.
import { Worker } from "node:worker_threads";
import { layers, optimizers, sequential, setRandomSeed } from "@antler/keras-api";
import * as tf from "@antler/tensor-core";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type CpuDevice, createCpuBackend } from "../src/index.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

const GiB = 2 ** 30;
const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37));
const bitsOf = (t: tf.Tensor): Int32Array => new Int32Array((t.dataSync() as Float32Array<ArrayBuffer>).buffer);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes every block below an address, so that all others lie above. Nobody touches them: they cost the machine no memory. */
function fillUpTo(device: CpuDevice, address: number): void {
  for (let bytes = 2 ** 24; bytes >= 64; bytes /= 2) {
    let at = device.alloc(bytes) as number;
    while (at < address) at = device.alloc(bytes) as number;
    device.free(at);
  }
}

/** Workers that were started from now on. */
function countWorkers(): Worker[] {
  const workers: Worker[] = [];
  const { unref } = Worker.prototype;
  vi.spyOn(Worker.prototype, "unref").mockImplementation(function (this: Worker) {
    workers.push(this);
    unref.call(this);
  });
  return workers;
}

/** The losses and weights, bit by bit, of a network with kernels of every kind. */
async function trained({ threads, from = 0 }: { threads: number; from?: number }): Promise<unknown> {
  const backend = createCpuBackend({ threads });
  await tf.setBackend(backend);
  fillUpTo(backend.device as CpuDevice, from);
  setRandomSeed(7);
  const model = sequential([
    layers.conv2d({ filters: 24, kernelSize: 3, activation: "relu", padding: "same", inputShape: [16, 16, 5] }),
    layers.maxPooling2d({}),
    layers.batchNormalization({}),
    layers.reshape({ targetShape: [16, 96] }),
    layers.lstm({ units: 16 }),
    layers.dense({ units: 10, activation: "softmax" }),
  ]);
  model.compile({ optimizer: optimizers.adam(), loss: "sparse_categorical_crossentropy" });
  const x = tf.tensor(wave(64 * 16 * 16 * 5), [64, 16, 16, 5]);
  const y = tf.tensor(Int32Array.from({ length: 64 }, (_, i) => (i * 7) % 10));
  const losses: unknown[] = [];
  for (let step = 0; step < 6; step++) {
    losses.push(await model.trainOnBatch(x, y));
    await pause(1);
  }
  const bits = model.getWeights().map(bitsOf);
  backend.dispose();
  return { losses, bits };
}

test("a network learns the same wherever its numbers lie, up to the end of 4 GiB", async () => {
  const low = await trained({ threads: 1 });
  for (const threads of [1, 3]) for (const from of [2 * GiB, 4 * GiB - 2 ** 27]) expect(await trained({ threads, from })).toEqual(low);
});

test("threads follow when memory grows, and find new kernels wherever they lie", async () => {
  const workers = countWorkers();
  const backend = createCpuBackend({ threads: 3 });
  await tf.setBackend(backend);
  const x = tf.tensor(wave(1 << 18));
  const expected = wave(1 << 18);
  for (let n = 1; n <= 36; n++) {
    // More than memory grows in advance, and a kernel that nobody has seen.
    backend.device.alloc(n % 2 === 0 ? GiB / 8 : 1000);
    const scale = tf.func((t: tf.Tensor) => tf.mul(t, n));
    const y = scale(x);
    expect(bitsOf(y)).toEqual(new Int32Array(expected.map((v) => Math.fround(v * n)).buffer));
    y.dispose();
    await pause(1);
  }
  expect(workers).toHaveLength(2);
  backend.dispose();
});

describe.each([1, 3])("memory that is full, with %i threads", (threads) => {
  test("near 4 GiB: a typed error with the largest holders, and work goes on", async () => {
    const backend = createCpuBackend({ threads });
    await tf.setBackend(backend);
    fillUpTo(backend.device as CpuDevice, 4 * GiB - 2 ** 26);
    const a = tf.tensor(wave(1 << 18), [512, 512]);
    const product = bitsOf(tf.matMul(a, a));
    const kept: tf.Tensor[] = [];
    const fill = (): void => {
      for (let n = 0; ; n++) kept.push(tf.fill([1024, 1024], n));
    };
    expect(fill).toThrow(tf.OutOfMemoryError);
    expect(fill).toThrow(/cannot allocate 4194304 bytes.*The largest alive: float32\[1024, 1024\] \(4194304 bytes\), float32\[1024/);
    kept.forEach((t, n) => expect(bitsOf(t).at(-1)).toBe(new Int32Array(new Float32Array([n]).buffer)[0]));
    tf.dispose(kept);
    expect(bitsOf(tf.matMul(a, a))).toEqual(product);
    backend.dispose();
  });

  test("what kernels need for themselves may be what is missing", async () => {
    const backend = createCpuBackend({ threads, maximumBytes: 2 ** 25 });
    await tf.setBackend(backend);
    const a = tf.tensor(wave(1 << 18), [512, 512]);
    const product = (): Int32Array => tf.tidy(() => bitsOf(tf.matMul(tf.transpose(a), a)));
    const kept: unknown[] = [];
    expect(() => {
      for (;;) kept.push(backend.device.alloc(2 ** 16));
    }).toThrow(tf.OutOfMemoryError);
    let failures = 0;
    let got: Int32Array | undefined;
    while (got === undefined) {
      try {
        got = product();
      } catch (error) {
        expect(error).toBeInstanceOf(tf.OutOfMemoryError);
        failures++;
        backend.device.free(kept.pop());
      }
    }
    // The result alone is sixteen such blocks.
    expect(failures).toBeGreaterThan(16);
    for (const block of kept) backend.device.free(block);
    expect(product()).toEqual(got);
    backend.dispose();
  });
});
