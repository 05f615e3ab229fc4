// Samples stay where they are: fit, evaluate and predict take rows of tensors on the device.
import { layers, type Sequential, sequential, setRandomSeed } from "@antler/keras-api";
import { type AntlerEvent, type Backend, getBackend, memory, onEvent, setBackend, type Tensor, tensor } from "@antler/tensor-core";
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
const samples = (rows: number): Tensor => tensor(values(rows * 70), [rows, 70]);
const labels = (rows: number): Tensor => tensor(values(rows), [rows, 1]);
const silent = { verbose: 0, shuffle: false } as const;
function linear(): Sequential {
  setRandomSeed(1);
  const model = sequential([layers.dense({ units: 1, inputShape: [70] })]);
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

describe("training and prediction from tensors", () => {
  it("fit, evaluate and predict fetch no samples", async () => {
    const [x, y, model] = [samples(1000), labels(1000), linear()];
    // The labels, and what training gives.
    expect(await fetched(() => model.fit(x, y, { ...silent, validationSplit: 0.2 }))).toBeLessThan(4 * 1000 + 100);
    expect(await fetched(() => model.evaluate(x, y, silent))).toBeLessThan(4 * 1000 + 100);
    // The results of batches are joined on the host.
    expect(await fetched(() => model.predict(x))).toBe(4 * 1000);
  });
  it("shuffled rows, the last ones for validation, and weights of classes are those of arrays", async () => {
    const [x, y] = [values(90 * 70), Float32Array.from({ length: 90 }, (_, i) => i % 3)];
    const options = { verbose: 0, seed: 5, epochs: 2, validationSplit: 0.3, batchSize: 7, classWeight: { 1: 2, 2: 0.5 } } as const;
    const rows = Array.from({ length: 90 }, (_, i) => x.subarray(i * 70, (i + 1) * 70));
    const [expected, model] = [linear(), linear()];
    const wanted = await expected.fit(rows, y, options);
    const got = await model.fit(tensor(x, [90, 70]), tensor(y, [90, 1]), options);
    expect(got.history).toEqual(wanted.history);
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
