// Numbers looked at where they lie: what fit, evaluate and predict read of tensors is not copied first, and stays while they need it.
import { layers, type Sequential, sequential, setRandomSeed } from "@antler/keras-api";
import {
  type AntlerEvent,
  type Backend,
  borrow,
  createReferenceBackend,
  getBackend,
  memory,
  onEvent,
  setBackend,
  type Tensor,
  tensor,
} from "@antler/tensor-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCpuBackend } from "../src/index.ts";

let before: Backend;
beforeAll(async () => {
  before = getBackend();
  await setBackend(createCpuBackend({ threads: 2 }));
});
afterAll(async () => {
  const mine = getBackend();
  await setBackend(before);
  mine.dispose();
});

const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7));
const samples = (rows: number): Tensor => tensor(values(rows * 3), [rows, 3]);
const labels = (rows: number): Tensor => tensor(values(rows), [rows, 1]);
const silent = { verbose: 0, shuffle: false } as const;
function linear(): Sequential {
  setRandomSeed(1);
  const model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  return model;
}
/** How many bytes were fetched while `run` did. */
async function fetched(run: () => unknown): Promise<number> {
  let bytes = 0;
  const stop = onEvent((e: AntlerEvent) => {
    if (e.kind === "read") bytes += e.bytes;
  });
  await run();
  stop();
  return bytes;
}

describe("borrow", () => {
  it("gives the numbers themselves, in the tensor's dtype", async () => {
    const x = tensor(Int32Array.of(7, -8, 9), [3]);
    const { data, handle } = borrow(x)!;
    expect(data).toBeInstanceOf(Int32Array);
    x.dispose();
    // Whatever is made meanwhile lies elsewhere, wherever memory grows to.
    const more = tensor(new Float32Array(8 << 20).fill(5), [8 << 20]);
    expect([...data]).toEqual([7, -8, 9]);
    handle.dispose();
    more.dispose();
  });
  it("gives nothing where the memory is the backend's own", () => {
    const elsewhere = createReferenceBackend("elsewhere");
    const spec = { shape: [1], dtype: "float32" } as const;
    expect(elsewhere.view?.(elsewhere.store(new Uint8Array(4), spec))).toBeUndefined();
  });
});

describe("training and prediction from tensors", () => {
  it("fit, evaluate and predict fetch no samples", async () => {
    const [x, y, model] = [samples(1000), labels(1000), linear()];
    expect(await fetched(() => model.fit(x, y, { ...silent, validationSplit: 0.2 }))).toBeLessThan(100);
    expect(await fetched(() => model.evaluate(x, y, silent))).toBeLessThan(100);
    // The results of batches are joined on the host.
    expect(await fetched(() => model.predict(x))).toBe(4 * 1000);
  });
  it("the tensors may be disposed of as soon as fit is called", async () => {
    const [expected, model] = [linear(), linear()];
    const wanted = await expected.fit(samples(100), labels(100), { ...silent, epochs: 3 });
    const [x, y] = [samples(100), labels(100)];
    const running = model.fit(x, y, { ...silent, epochs: 3 });
    x.dispose();
    y.dispose();
    // What would take the place of samples that were given back.
    const others = Array.from({ length: 8 }, () => samples(100));
    expect((await running).history).toEqual(wanted.history);
    for (const t of others) t.dispose();
  });
  it("nothing is held afterwards, nor where the data was refused", async () => {
    const [x, y, fewer, model] = [samples(100), labels(100), labels(99), linear()];
    await model.fit(x, y, { ...silent, validationSplit: 0.25 });
    const { numTensors } = memory();
    await model.fit(x, y, { ...silent, epochs: 2, validationData: [x, y], stepsPerEpoch: 2 });
    await model.evaluate(x, y, silent);
    model.predict(x).dispose();
    await expect(model.fit(x, fewer, silent)).rejects.toThrow(/100 samples have 99 labels/);
    await expect(model.fit(x, y, { ...silent, validationSplit: 1 })).rejects.toThrow(/leaves none/);
    await expect(model.fit(x, y, { ...silent, batchSize: 0 })).rejects.toThrow(/positive integer/);
    await expect(model.fit(x, y, { ...silent, batchSize: 0, validationData: [x, y] })).rejects.toThrow(/positive integer/);
    expect(memory().numTensors).toBe(numTensors);
    for (const t of [x, y, fewer]) t.dispose();
    expect(memory().numTensors).toBe(numTensors - 3);
  });
});
