// What fit, evaluate and predict take: tensors and arrays, one or several, by place and by name; and batches to iterate.
import { type AntlerEvent, dispose, fromHost, getBackend, mul, onEvent, tensor } from "@antler/tensor-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  clearSession,
  type Dataset,
  type DatasetBatch,
  type Functional,
  input,
  LambdaCallback,
  layers,
  model,
  type Sequential,
  sequential,
  setRandomSeed,
} from "../src/index.ts";

const { dense } = layers;
beforeEach(() => {
  clearSession();
  setRandomSeed(1);
});
const silent = { verbose: 0, shuffle: false } as const;

const rows = (count: number, columns: number, phase = 0): number[][] =>
  Array.from({ length: count }, (_, i) => Array.from({ length: columns }, (_, k) => Math.sin(1.7 * (i * columns + k) + phase)));
const x = rows(18, 3);
const y = x.map((row) => row.reduce((a, b) => a + b));

/** The same model each time. */
function linear(): Sequential {
  clearSession();
  setRandomSeed(1);
  const made = sequential([dense({ units: 1, inputShape: [3] })]);
  made.compile({ optimizer: "sgd", loss: "mse", weightedMetrics: ["mse"] });
  return made;
}
function twoInTwoOut(): Functional {
  clearSession();
  setRandomSeed(1);
  const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [2], name: "b" })];
  const made = model({
    inputs: [a, b],
    outputs: [dense({ units: 1, name: "p" }).apply(a), dense({ units: 2, name: "q" }).apply(b)],
  });
  made.compile({ optimizer: "sgd", loss: "mse", metrics: { q: ["mse"] } });
  return made as never;
}

/** Batches of five, the last of three. */
function* batches(): Generator<readonly [number[][], number[]]> {
  for (let i = 0; i < x.length; i += 5) yield [x.slice(i, i + 5), y.slice(i, i + 5)];
}
async function* later(): AsyncGenerator<DatasetBatch> {
  for (const batch of batches()) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    yield batch;
  }
}

describe("batches to iterate", () => {
  const wanted = async (): Promise<unknown> => (await linear().fit(x, y, { ...silent, batchSize: 5, epochs: 3 })).history;
  const forms: Readonly<Record<string, () => Dataset>> = {
    "a function that gives a generator": () => batches,
    "a function that gives an async generator": () => later,
    "a function that gives an array": () => () => [...batches()],
    "an object that can be iterated again and again": () => ({ [Symbol.iterator]: batches }),
    "an object that can be iterated later": () => ({ [Symbol.asyncIterator]: later }),
    "batches with xs and ys": () => () => [...batches()].map((b) => ({ xs: b[0], ys: b[1] })),
    "batches of tensors": () => () => [...batches()].map((b) => [tensor(b[0]), tensor(b[1])]),
  };
  for (const [name, make] of Object.entries(forms)) {
    it(`${name} gives what arrays give`, async () => {
      expect((await linear().fit(make(), { ...silent, epochs: 3 })).history).toEqual(await wanted());
    });
  }
  it("an iterator that can be used once is enough for one epoch, or for as many steps as it has", async () => {
    await expect(linear().fit(batches(), { ...silent, epochs: 2 })).rejects.toThrow(
      "fit: there were no batches. An iterator can be used once",
    );
    const { history } = await linear().fit(batches(), { ...silent, epochs: 2, stepsPerEpoch: 2 });
    const first = await linear().fit(x.slice(0, 10), y.slice(0, 10), { ...silent, batchSize: 5 });
    expect(history["loss"]![0]).toBe(first.history["loss"]![0]);
    expect(history["loss"]!.length).toBe(2);
  });
  it("end an epoch early with a warning", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    let steps = 0;
    const counting = new LambdaCallback({ onTrainBatchBegin: () => void steps++ });
    await linear().fit(batches, { ...silent, stepsPerEpoch: 6, callbacks: [counting] });
    expect(steps).toBe(4);
    expect(warn.mock.calls.flat().join()).toContain("The data ended before the epoch did");
    warn.mockRestore();
  });
  it("may hold weights, and may get them of classes", async () => {
    const labels = x.map((_, i) => i % 2);
    const weights = labels.map((label) => (label ? 3 : 1));
    const given =
      (extra: boolean): Dataset =>
      () =>
        [...batches()].map((b, i) => {
          const part = labels.slice(i * 5, i * 5 + 5);
          return extra ? [b[0], part, weights.slice(i * 5, i * 5 + 5)] : [b[0], tensor(part)];
        });
    const want = (await linear().fit(x, labels, { ...silent, batchSize: 5, sampleWeight: weights })).history;
    expect((await linear().fit(given(true), silent)).history).toEqual(want);
    expect((await linear().fit(given(false), { ...silent, classWeight: { 1: 3 } })).history).toEqual(want);
    await expect(linear().fit(given(true), { ...silent, classWeight: { 1: 3 } })).rejects.toThrow(
      "cannot be given together with sampleWeight",
    );
  });
  it("serve validation, evaluation and prediction", async () => {
    const made = linear();
    const { history } = await made.fit(x, y, { ...silent, epochs: 2, validationData: later, validationSteps: 2 });
    const part = await made.evaluate(x.slice(0, 10), y.slice(0, 10), { verbose: 0, batchSize: 5, returnDict: true });
    expect(history["val_loss"]![1]).toBe(part["loss"]);
    expect(await made.evaluate(batches, { verbose: 0, returnDict: true })).toEqual(
      await made.evaluate(x, y, { verbose: 0, batchSize: 5, returnDict: true }),
    );
    const predicted = await made.predict(() => [...batches()].map((b) => [b[0]]));
    expect(await predicted.array()).toEqual(await made.predict(x, { batchSize: 5 }).array());
    expect((await made.predict(later, { steps: 2 })).shape).toEqual([10, 1]);
  });
  it("build a model that is not built", async () => {
    const made = sequential([dense({ units: 4 }), dense({ units: 1 })]);
    made.compile({ optimizer: "sgd", loss: "mse" });
    await made.fit(later, silent);
    expect(made.weights.map((v) => v.shape)).toEqual([[3, 4], [4], [4, 1], [1]]);
  });
  it("are refused in other forms, and beside labels", async () => {
    const bad = (batch: unknown) => linear().fit((() => [batch]) as never, silent);
    await expect(bad([])).rejects.toThrow("a batch must be [x], [x, y], [x, y, sampleWeight] or { xs, ys }");
    await expect(bad(7)).rejects.toThrow("a batch must be");
    await expect(linear().fit(batches as never, y, silent)).rejects.toThrow("labels are part of the batches");
    await expect(linear().fit((() => 7) as never, silent)).rejects.toThrow("the function gave nothing that can be iterated");
  });
  it("are one program each, traced once, whatever the size of the last", async () => {
    const made = linear();
    const stored = [...batches()].map((b) => [tensor(b[0]), tensor(b[1])]);
    const seen: string[] = [];
    const stop = onEvent((e: AntlerEvent) => void seen.push("name" in e ? `${e.kind}:${e.name}` : e.kind));
    await made.fit(() => stored, { ...silent, epochs: 3 });
    stop();
    expect(seen.filter((e) => e.startsWith("trace"))).toEqual(["trace:train_step"]);
    expect(seen.filter((e) => e === "run:train_step").length).toBe(12);
    expect(seen.filter((e) => e.startsWith("dispatch"))).toEqual([]);
    expect(stored[0]![0]!.isDisposed).toBe(false);
    dispose(stored);
  });
});

describe("several inputs and outputs", () => {
  const a = rows(8, 3);
  const b = rows(8, 2, 1);
  const p = a.map(([first]) => first!);
  const q = b.map(([first, second]) => [second!, first!]);
  it("come as nested arrays, tensors, typed arrays or by name", async () => {
    const want = (await twoInTwoOut().fit([tensor(a), tensor(b)], [tensor(p), tensor(q)], silent)).history;
    expect(Object.keys(want)).toEqual(["loss", "p_loss", "q_loss", "q_mse"]);
    expect((await twoInTwoOut().fit([a, b], [p, q], silent)).history).toEqual(want);
    expect((await twoInTwoOut().fit({ a, b }, { p, q }, silent)).history).toEqual(want);
    expect((await twoInTwoOut().fit([a, b], [Float32Array.from(p), q], silent)).history).toEqual(want);
    expect(
      (
        await twoInTwoOut().fit(
          () => [
            [
              [a, b],
              [p, q],
            ] as const,
          ],
          silent,
        )
      ).history,
    ).toEqual(want);
  });
  it("predict gives the structure of the outputs, in batches, in one, and of batches", async () => {
    const made = twoInTwoOut();
    const [left, right] = made.predict([a, b], { batchSize: 3 }) as never as ReturnType<typeof tensor>[];
    expect([left!.shape, right!.shape]).toEqual([
      [8, 1],
      [8, 2],
    ]);
    const whole = made.predictOnBatch({ a, b }) as never as ReturnType<typeof tensor>[];
    expect(await whole[1]!.array()).toEqual(await right!.array());
    const inBatches = (await made.predict(() => [[[a, b]] as const])) as never as ReturnType<typeof tensor>[];
    expect(await inBatches[0]!.array()).toEqual(await left!.array());

    const one = input({ shape: [3] });
    const named = model({ inputs: one, outputs: { twice: mul(one, 2), same: dense({ units: 2 }).apply(one) } });
    const results = named.predict(a, { batchSize: 3 });
    expect(Object.keys(results)).toEqual(["twice", "same"]);
    expect(results.twice.shape).toEqual([8, 3]);
  });
  it("that do not fit are refused, saying what is missing", async () => {
    const fails = (compile: object, labels: never, message: string) => {
      const made = twoInTwoOut();
      made.compile({ optimizer: "sgd", loss: "mse", ...compile });
      return expect(made.fit([a, b], labels, silent)).rejects.toThrow(message);
    };
    await fails({}, [tensor(p)] as never, "there are labels for 1 outputs, and the model has 2");
    await fails({}, { p } as never, 'the output "q" has a loss, but there are no labels for it');
    await fails({}, { p, r: q } as never, 'labels names "r", which is no output. They are p, q.');
    await fails({ loss: ["mse"] }, [p, q] as never, "loss has 1 entries for 2 outputs");
    await fails({ loss: { p: "mse" } }, [p, q] as never, 'loss leaves out "q"');
    await fails({ loss: { r: "mse" } }, [p, q] as never, 'loss names "r", which is no output');
    await fails({ metrics: ["mse"] }, [p, q] as never, "metrics has 1 entries for 2 outputs");
    await fails({ loss: null }, [p, q] as never, "there is no loss to compute");
    await expect(twoInTwoOut().fit([a, rows(7, 2)], [p, q], silent)).rejects.toThrow("8 samples have 7 samples of another input");
    await expect(twoInTwoOut().fit([a, b], [p, q], { ...silent, classWeight: { 0: 1 } })).rejects.toThrow(
      "for models with a single output",
    );
  });
});

describe("weights", () => {
  it("have as many rows as there are samples, and leave a split in step", async () => {
    await expect(linear().fit(x, y, { ...silent, sampleWeight: y.slice(1) })).rejects.toThrow("18 samples have 17 weights");
    const none = x.map((_, i) => (i < 12 ? 1 : 0));
    const { history } = await linear().fit(x, y, { ...silent, validationSplit: 1 / 3, sampleWeight: none });
    expect(history["val_loss"]).toEqual([0]);
    expect(history["val_mse"]).toEqual([0]);
    expect(history["loss"]![0]).toBeGreaterThan(0);
  });
  it("of classes are no weights of samples too", async () => {
    await expect(linear().fit(x, y, { ...silent, sampleWeight: y, classWeight: { 0: 1 } })).rejects.toThrow("together with sampleWeight");
    await expect(linear().fit(x, rows(18, 2), { ...silent, classWeight: new Map([[0, 1]]) })).resolves.toBeDefined();
  });
});

describe("single batches", () => {
  it("give a list or a record, of this batch or of all since the last reset", async () => {
    const made = linear();
    const [loss, mse] = await made.testOnBatch(x, y);
    expect(await made.testOnBatch(x, y, { returnDict: true })).toEqual({ loss, mse });
    const half = await made.testOnBatch(x.slice(0, 9), y.slice(0, 9));
    const both = await made.testOnBatch(x.slice(9), y.slice(9), { resetMetrics: false });
    expect(half[0]).not.toBe(loss);
    expect(both[0]).toBeCloseTo(loss!, 5);
    const weighted = await made.testOnBatch(x, y, { sampleWeight: y.map(() => 0) });
    expect(weighted).toEqual([0, 0]);
    await made.trainOnBatch(x, y, { returnDict: true, classWeight: { 0: 1 } });
    expect((await made.testOnBatch(x, y))[0]).toBeLessThan(loss!);
  });
  it("take tensors where they are, without a read", async () => {
    const made = linear();
    const [xs, ys] = [tensor(x), fromHost(Float32Array.from(y), [18], "float32", getBackend())];
    await made.trainOnBatch(xs, ys);
    let reads = 0;
    const stop = onEvent((e) => void (reads += e.kind === "read" ? 1 : 0));
    await made.trainOnBatch(xs, ys);
    stop();
    expect([reads, xs.isDisposed]).toEqual([1, false]);
  });
});

describe("stepsPerExecution and validationFreq", () => {
  it("call hooks once for so many batches, and validation after so many epochs", async () => {
    const made = sequential([dense({ units: 1, inputShape: [3] })]);
    made.compile({ optimizer: "sgd", loss: "mse", stepsPerExecution: 3 });
    const seen: string[] = [];
    const watch = new LambdaCallback({
      onTrainBatchBegin: (batch) => void seen.push(`begin ${batch}`),
      onTrainBatchEnd: (batch) => void seen.push(`end ${batch}`),
      onTestBegin: () => void seen.push("test"),
    });
    const { history } = await made.fit(x, y, {
      ...silent,
      epochs: 3,
      batchSize: 5,
      validationSplit: 0.1,
      validationFreq: [1, 3],
      callbacks: [watch],
    });
    const epoch = ["begin 0", "end 2", "begin 3", "end 5"];
    expect(seen).toEqual([...epoch, "test", ...epoch, ...epoch, "test"]);
    expect([history["loss"]!.length, history["val_loss"]!.length]).toEqual([3, 2]);
  });
});
