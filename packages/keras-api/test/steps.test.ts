// The training step as a machine: one program a batch, one trace for all batch sizes, no op and no memory beside it.
import {
  type AntlerEvent,
  type Backend,
  createReferenceBackend,
  memory,
  onEvent,
  ready,
  setBackend,
  type Tensor,
  tensor,
} from "@antler/tensor-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  Callback,
  clearSession,
  model as functional,
  input,
  type Logs,
  layers,
  type Sequential,
  sequential,
  setRandomSeed,
} from "../src/index.ts";

const { dense, dropout } = layers;
const data = (rows: number, columns = 3): Tensor =>
  tensor(
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 1.7)),
    [rows, columns],
  );
const labels = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, i) => i % 2);
const small = (): Sequential => {
  const model = sequential([
    dense({ units: 4, activation: "relu", inputShape: [3] }),
    dropout({ rate: 0.2 }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  return model;
};
const silent = { verbose: 0 } as const;

/** What happened while `run` did, as text: `run:train_step`, `dispatch:add`. */
async function eventsOf(run: () => unknown): Promise<string[]> {
  const seen: string[] = [];
  const stop = onEvent((e: AntlerEvent) => void seen.push("name" in e ? `${e.kind}:${e.name}` : "op" in e ? `${e.kind}:${e.op}` : e.kind));
  await run();
  stop();
  return seen;
}
const count = (events: readonly string[], what: string): number => events.filter((e) => e.startsWith(what)).length;

beforeEach(() => {
  clearSession();
  setRandomSeed(1);
});

it("fit warns once where only the interpreter computes", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const model = small();
  await model.fit(data(4), labels(4), silent);
  await model.fit(data(4), labels(4), silent);
  expect(warn.mock.calls.filter(([text]) => String(text).includes("@antler/backend-cpu/register")).length).toBe(1);
  warn.mockRestore();
});

describe("one program a batch", () => {
  it("1,000 rows in batches of 32: one trace, 32 runs, no dispatch, one read", async () => {
    const model = small();
    const [x, y] = [data(1000), labels(1000)];
    const first = await eventsOf(() => model.fit(x, y, silent));
    expect(count(first, "trace:")).toBe(1);
    expect(count(first, "run:train_step")).toBe(32);
    expect(count(first, "run:")).toBe(32);
    expect(count(first, "dispatch")).toBe(0);

    const second = await eventsOf(() => model.fit(x, y, { ...silent, batchSize: 7 }));
    expect(count(second, "trace:") + count(second, "compile") + count(second, "dispatch")).toBe(0);
    expect(count(second, "run:train_step")).toBe(Math.ceil(1000 / 7));
    // The data once, and the results of the epoch.
    expect(count(second, "read")).toBe(2);
  });
  it("validation and evaluation are one program more", async () => {
    const model = small();
    const events = await eventsOf(() => model.fit(data(100), labels(100), { ...silent, epochs: 3, validationSplit: 0.2 }));
    expect(count(events, "trace:")).toBe(2);
    expect(count(events, "run:train_step")).toBe(3 * 3);
    expect(count(events, "run:test_step")).toBe(3 * 1);
    expect(count(events, "dispatch")).toBe(0);
    const more = await eventsOf(() => model.evaluate(data(45), labels(45), silent));
    expect(more.filter((e) => e !== "run:test_step" && e !== "read")).toEqual([]);
  });
  it("predict compiles once for 1, 7 and 33 rows", async () => {
    const model = small();
    expect(model.predict(data(1)).shape).toEqual([1, 2]);
    const events = await eventsOf(() => {
      for (const rows of [1, 7, 33, 100]) expect(model.predict(data(rows)).shape).toEqual([rows, 2]);
      expect(
        model.predict([
          [1, 2, 3],
          [4, 5, 6],
        ]).shape,
      ).toEqual([2, 2]);
    });
    expect(count(events, "trace:") + count(events, "compile") + count(events, "dispatch")).toBe(0);
    expect(count(events, "run:predict_step")).toBe(1 + 1 + 2 + 4 + 1);
  });
  it("batches do not change a prediction", async () => {
    const model = small();
    const whole = await model.predictOnBatch(data(50)).array();
    expect(await model.predict(data(50), { batchSize: 8 }).array()).toEqual(whole);
  });
  it("a model that is not built is built by the first data, in the same trace", async () => {
    const model = sequential([dense({ units: 4 }), dense({ units: 2 })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const y = tensor(new Float32Array(10), [5, 2]);
    const events = await eventsOf(() => model.fit(data(5), y, silent));
    expect(count(events, "trace:")).toBe(1);
    expect(model.weights.map((v) => v.shape)).toEqual([[3, 4], [4], [4, 2], [2]]);
  });
  it("so are several inputs and outputs with weights, penalties and metrics of their own", async () => {
    const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [3], name: "b" })];
    const shared = dense({ units: 4, activation: "relu", activityRegularizer: "l2" });
    const net = functional({
      inputs: { a, b },
      outputs: {
        left: dense({ units: 2, activation: "softmax" }).apply(shared.apply(a)),
        right: dense({ units: 1 }).apply(shared.apply(b)),
      },
    });
    net.compile({
      optimizer: "adam",
      loss: { left: "sparse_categorical_crossentropy", right: "mse" },
      lossWeights: { left: 1, right: 2 },
      metrics: { left: ["accuracy"] },
      weightedMetrics: { right: ["mse"] },
    });
    const [x, y] = [
      { a: data(100), b: data(100) },
      { left: labels(100), right: new Float32Array(100) },
    ];
    const options = { ...silent, batchSize: 32, sampleWeight: new Float32Array(100).fill(0.5), validationSplit: 0.25 };
    const first = await eventsOf(() => net.fit(x, y, options));
    expect(first.filter((e) => e.startsWith("trace:"))).toEqual(["trace:train_step", "trace:test_step"]);
    const second = await eventsOf(() => net.fit(x, y, { ...options, epochs: 2 }));
    expect(count(second, "run:")).toBe(2 * (3 + 1));
    expect(count(second, "trace:") + count(second, "compile") + count(second, "dispatch")).toBe(0);
    // Four columns are read once where they are tensors, then one vector a pass.
    expect(count(second, "read")).toBe(2 + 2 * 2);
  });
  it("a learning rate that changes compiles nothing", async () => {
    const model = small();
    await model.fit(data(8), labels(8), silent);
    const events = await eventsOf(async () => {
      model.optimizer!.learningRate = 0.5;
      await model.fit(data(8), labels(8), silent);
    });
    expect(count(events, "trace:") + count(events, "compile")).toBe(0);
    expect(await model.optimizer!.learningRate.value.array()).toBe(0.5);
  });
  it("runEagerly runs op by op and gives the same", async () => {
    const results: number[][] = [];
    for (const runEagerly of [false, true]) {
      clearSession();
      setRandomSeed(3);
      const model = sequential([dense({ units: 4, activation: "relu", inputShape: [3] }), dense({ units: 2, activation: "softmax" })]);
      model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"], runEagerly });
      const events = await eventsOf(async () => {
        const { history } = await model.fit(data(20), labels(20), { ...silent, batchSize: 8, epochs: 2 });
        results.push(history["loss"]!);
      });
      expect(count(events, "dispatch") > 0).toBe(runEagerly);
    }
    results[0]!.forEach((loss, i) => void expect(results[1]![i]).toBeCloseTo(loss, 5));
  });
});

describe("memory", () => {
  it("10,000 steps keep the live bytes", async () => {
    const model = sequential([dense({ units: 1, inputShape: [1] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const x = tensor(new Float32Array(1000), [1000, 1]);
    const y = new Float32Array(1000);
    await model.fit(x, y, { ...silent, batchSize: 1 });
    const before = memory();
    await model.fit(x, y, { ...silent, batchSize: 1, epochs: 10 });
    const after = memory();
    // Less where the collector got to the garbage of other tests meanwhile.
    expect(after.numBytes).toBeLessThanOrEqual(before.numBytes);
    expect(after.numTensors).toBeLessThanOrEqual(before.numTensors);
  }, 60_000);
  it("batches that are iterated keep them, too", async () => {
    const model = small();
    const batches = function* (): Generator<readonly [number[][], Int32Array]> {
      for (let i = 0; i < 100; i++) yield [[[i, 1, 2]], labels(1)];
    };
    await model.fit(batches, silent);
    const before = memory();
    await model.fit(batches, { ...silent, epochs: 5, validationData: batches });
    await (await model.predict(() => [[[[1, 2, 3]]]])).dispose();
    expect(memory().numBytes).toBeLessThanOrEqual(before.numBytes);
    expect(memory().numTensors).toBeLessThanOrEqual(before.numTensors);
  });
  it("evaluate and predict keep them, too", async () => {
    const model = small();
    const [x, y] = [data(40), labels(40)];
    await model.fit(x, y, silent);
    await model.evaluate(x, y, silent);
    model.predict(x).dispose();
    const before = memory().numBytes;
    await model.evaluate(x, y, silent);
    model.predict(x).dispose();
    await model.trainOnBatch(x, y);
    await model.testOnBatch(x, y);
    expect(memory().numBytes).toBeLessThanOrEqual(before);
  });
});

describe("dropout in a compiled step", () => {
  it("draws anew in every step, and moves its state by one", async () => {
    const drop = dropout({ rate: 0.5, seed: 5, inputShape: [64] });
    const model = sequential([drop]);
    // With labels of 0 the loss of each batch is the share of units kept, times 4: it differs when the mask does.
    model.compile({ optimizer: "sgd", loss: "mse" });
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const x = tensor(new Float32Array(64).fill(1), [1, 64]);
    const y = tensor(new Float32Array(64), [1, 64]);
    const seen = new Set<number>();
    for (let step = 0; step < 5; step++) {
      model.resetMetrics();
      seen.add((await model.trainOnBatch(x, y))[0]!);
    }
    expect(seen.size).toBeGreaterThan(2);
    expect(await drop.seedGenerator!.state.value.array()).toEqual([5, 5]);
    await model.testOnBatch(x, y);
    expect(await drop.seedGenerator!.state.value.array()).toEqual([5, 5]);
    warn.mockRestore();
  });
});

describe("a device that answers later", () => {
  /** The reference, whose reads take two turns and which cannot be read at once; it counts the reads under way. */
  function late(): { backend: Backend; most: () => number } {
    const inner = createReferenceBackend("late");
    const readNow = inner.read;
    let [pending, most] = [0, 0];
    const read: Backend["read"] = async (s) => {
      most = Math.max(most, ++pending);
      await new Promise((resolve) => setTimeout(resolve, 1));
      pending--;
      return readNow(s);
    };
    Object.assign(inner, { read, capabilities: { ...inner.capabilities, synchronousReads: false } });
    delete (inner as { readSync?: unknown }).readSync;
    return { backend: inner, most: () => most };
  }
  it("trains, evaluates and predicts, with at most two steps under way", async () => {
    await ready();
    const { backend, most } = late();
    await setBackend(backend);
    const model = small();
    const batches: Logs[] = [];
    class Watch extends Callback {
      override onTrainBatchEnd(_batch: number, logs: Logs): void {
        batches.push(logs);
      }
    }
    const { history } = await model.fit(data(40), labels(40), { ...silent, batchSize: 4, epochs: 2, validationSplit: 0.2 });
    expect(history["loss"]!.length).toBe(2);
    expect(most()).toBeLessThanOrEqual(3);
    await model.fit(data(40), labels(40), { ...silent, batchSize: 4, callbacks: [new Watch()] });
    expect(batches.length).toBe(10);
    expect((await model.evaluate(data(10), labels(10), silent)).length).toBe(2);
    expect(model.predict(data(40), { batchSize: 16 }).shape).toEqual([40, 2]);
    expect(model.predict((await data(40).array()) as number[][], { batchSize: 16 }).shape).toEqual([40, 2]);
    await setBackend(createReferenceBackend());
  });
});
