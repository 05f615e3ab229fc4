// Callbacks: when they act, what they write, and that training which was interrupted goes on to the same numbers.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { add, dtypeInfo, mul, type Tensor, type TypedArray, tensor, type Variable } from "@antler/tensor-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fillTemplate } from "../src/callbacks/template.ts";
import {
  type AnyModel,
  BackupAndRestore,
  type Callback,
  CSVLogger,
  callbacks,
  clearSession,
  EarlyStopping,
  type Files,
  LambdaCallback,
  type LoadedWeights,
  layers,
  loadModel,
  ModelCheckpoint,
  modelFromJSON,
  Optimizer,
  ReduceLROnPlateau,
  registerSaveFormat,
  type Sequential,
  SwapEMAWeights,
  sequential,
  setRandomSeed,
  TerminateOnNaN,
} from "../src/index.ts";

const { dense, dropout } = layers;
beforeEach(() => {
  clearSession();
  setRandomSeed(1);
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => void vi.restoreAllMocks());
const silent = { verbose: 0 } as const;
const x = tensor(
  Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * 1.3)),
  [20, 3],
);
const y = Int32Array.from({ length: 20 }, (_, i) => i % 2);

function small(): Sequential {
  clearSession();
  setRandomSeed(1);
  const model = sequential([
    dense({ units: 4, inputShape: [3] }),
    dropout({ rate: 0.3, seed: 3 }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  return model;
}
/** Gives the end of each epoch these values, before other callbacks see them. */
const scripted = (name: string, values: readonly number[]): Callback =>
  new LambdaCallback({ onEpochEnd: (epoch, logs) => void (logs[name] = values[epoch]!) });
const epochsWith = async (name: string, values: readonly number[], watching: Callback): Promise<number> =>
  (await small().fit(x, y, { ...silent, epochs: values.length, callbacks: [scripted(name, values), watching] })).epoch.length;

describe("EarlyStopping", () => {
  it("bears so many epochs without an improvement", async () => {
    const values = [5, 4, 4.5, 4.2, 3, 3.5, 3.6, 3.7];
    expect(await epochsWith("val_loss", values, new EarlyStopping())).toBe(3);
    expect(await epochsWith("val_loss", values, new EarlyStopping({ patience: 2 }))).toBe(4);
    expect(await epochsWith("val_loss", values, new EarlyStopping({ patience: 3 }))).toBe(8);
    expect(await epochsWith("val_loss", values, new EarlyStopping({ patience: 1, startFromEpoch: 4 }))).toBe(6);
    expect(await epochsWith("val_loss", values, new EarlyStopping({ patience: 2, minDelta: 1.5 }))).toBe(3);
  });
  it("knows which metrics are to be large, and is told of others", async () => {
    expect(await epochsWith("accuracy", [0.1, 0.2, 0.3, 0.1], new EarlyStopping({ monitor: "accuracy" }))).toBe(4);
    expect(await epochsWith("accuracy", [0.3, 0.2, 0.3], new EarlyStopping({ monitor: "accuracy", mode: "min" }))).toBe(3);
    await expect(epochsWith("speed", [1, 2], new EarlyStopping({ monitor: "speed" }))).rejects.toThrow(
      'nobody knows whether more of "speed"',
    );
    expect(await epochsWith("speed", [1, 2, 1, 1], new EarlyStopping({ monitor: "speed", mode: "max" }))).toBe(3);
  });
  it("wants a baseline beaten", async () => {
    expect(await epochsWith("val_loss", [5, 4, 3, 2], new EarlyStopping({ baseline: 1, patience: 2 }))).toBe(4);
    expect(await epochsWith("val_loss", [5, 4, 4, 0, 0], new EarlyStopping({ baseline: 1, patience: 2 }))).toBe(3);
  });
  it("warns of a metric nobody logs", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await small().fit(x, y, { ...silent, epochs: 2, callbacks: [new EarlyStopping({ monitor: "val_nothing", mode: "min" })] });
    expect(warn.mock.calls.flat().join()).toContain('EarlyStopping watches "val_nothing", which is not among the logs: accuracy, loss.');
  });
  it("restores the weights of the best epoch, and says so", async () => {
    const model = small();
    const kept: unknown[] = [];
    const keep = new LambdaCallback({ onEpochEnd: async () => void kept.push(await model.getWeights()[0]!.array()) });
    const stopping = new EarlyStopping({ restoreBestWeights: true, patience: 2, verbose: 1 });
    await model.fit(x, y, { ...silent, epochs: 9, callbacks: [scripted("val_loss", [3, 1, 2, 2]), keep, stopping] });
    expect(await model.getWeights()[0]!.array()).toEqual(kept[1]);
    expect(kept[3]).not.toEqual(kept[1]);
    expect([stopping.stoppedEpoch, stopping.bestEpoch]).toEqual([3, 1]);
    expect(vi.mocked(console.log).mock.calls.flat()).toEqual([
      "Epoch 4: early stopping",
      "Restoring model weights from the end of the best epoch: 2.",
    ]);
  });
});

describe("ReduceLROnPlateau and TerminateOnNaN", () => {
  it("refuses a factor that reduces nothing", () => {
    expect(() => new ReduceLROnPlateau({ factor: 1 })).toThrow("the factor must be below 1, got 1");
  });
  it("logs the rate of each epoch, and stops at the least", async () => {
    const reduce = callbacks.reduceLROnPlateau({ monitor: "loss", patience: 1, factor: 0.1, minLr: 0.00005, verbose: 1 });
    const { history } = await small().fit(x, y, { ...silent, epochs: 5, callbacks: [scripted("loss", [1, 1, 1, 1, 1]), reduce] });
    [1e-3, 1e-3, 1e-4, 5e-5, 5e-5].forEach((rate, i) => void expect(history["learning_rate"]![i]).toBeCloseTo(rate, 9));
    expect(vi.mocked(console.log).mock.calls.length).toBe(2);
  });
  it("ends training with the batch whose loss is no number", async () => {
    const [bad, seen] = [y.map((v) => v), [] as number[]];
    const broken = Float32Array.from({ length: 60 }, (_, i) => (i < 45 ? 1 : Number.NaN));
    const watch = new LambdaCallback({ onTrainBatchEnd: (batch) => void seen.push(batch) });
    const options = { ...silent, shuffle: false, batchSize: 5, epochs: 3 };
    await small().fit(tensor(broken, [20, 3]), bad, { ...options, callbacks: [watch, new TerminateOnNaN()] });
    expect(seen).toEqual([0, 1, 2, 3]);
    await expect(
      small().fit(tensor(broken, [20, 3]), bad, { ...options, callbacks: [new TerminateOnNaN({ raiseError: true })] }),
    ).rejects.toThrow("the loss is NaN in batch 3");
  });
});

/** Files in memory, and what was done to them. */
function memoryFiles(): Files & { readonly texts: Map<string, string>; readonly folders: Set<string> } {
  const texts = new Map<string, string>();
  const folders = new Set<string>();
  return {
    texts,
    folders,
    read: async (path) => texts.get(path),
    write: async (path, text) => void texts.set(path, text),
    append: async (path, text) => void texts.set(path, (texts.get(path) ?? "") + text),
    makeFolder: async (path) => void folders.add(path),
    async remove(path) {
      for (const key of [...texts.keys()]) if (key === path || key.startsWith(`${path}/`)) texts.delete(key);
    },
  };
}

describe("CSVLogger", () => {
  it("writes a line an epoch, and goes on in a file that exists", async () => {
    const files = memoryFiles();
    const log = (epochs: number, append: boolean, initialEpoch = 0): Promise<unknown> =>
      small().fit(x, y, {
        ...silent,
        epochs,
        initialEpoch,
        callbacks: [scripted("loss", [0.5, Number.NaN, 2]), new CSVLogger("a.csv", { append, separator: ";", files })],
      });
    await log(2, false);
    const lines = (): string[] => files.texts.get("a.csv")!.split("\r\n");
    expect(lines()[0]).toBe("epoch;accuracy;loss;val_accuracy;val_loss");
    expect(lines()[1]).toMatch(/^0;0\.\d+;0\.5;NA;NA$/);
    expect(lines()[2]).toMatch(/^1;0\.\d+;nan;NA;NA$/);
    await log(3, true, 2);
    expect(lines().length).toBe(5);
    expect(lines()[3]).toMatch(/^2;0\.\d+;2;NA;NA$/);
    await log(1, false);
    expect(lines().length).toBe(3);
  });
  it("uses the file system where there is one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "antler-"));
    const path = join(folder, "runs", "log.csv");
    await small().fit(x, y, { ...silent, validationSplit: 0.2, callbacks: [callbacks.csvLogger(path)] });
    expect((await readFile(path, "utf8")).split("\r\n")[0]).toBe("epoch,accuracy,loss,val_accuracy,val_loss");
    expect(await readdir(join(folder, "runs"))).toEqual(["log.csv"]);
    await rm(folder, { recursive: true });
  });
});

describe("SwapEMAWeights", () => {
  /** Moves every weight by one a step, and keeps half of the mean. */
  class Counting extends Optimizer {
    constructor() {
      super({ learningRate: 1 });
    }
    protected override addState(variables: readonly Variable[]): void {
      this.addSlots(variables, ["average"]);
    }
    protected override updateStep(_gradient: Tensor, variable: Variable): void {
      const mean = this.slot(variable, "average");
      const next = add(variable, 1);
      variable.assign(next);
      mean.assign(mul(add(mean, next), 0.5));
    }
  }
  const counter = (): Sequential => {
    const model = sequential([dense({ units: 1, useBias: false, kernelInitializer: "zeros", inputShape: [1] })]);
    model.compile({ optimizer: new Counting(), loss: "mse" });
    return model;
  };
  const [one, zero] = [tensor([[1]]), tensor([[0]])];
  it("evaluates with the means, and trains on with the weights", async () => {
    const model = counter();
    const options = { ...silent, epochs: 3, validationData: [one, zero] as const, callbacks: [new SwapEMAWeights()] };
    const { history } = await model.fit(one, zero, options);
    // Means: 0.5, 1.25, 2.125; the loss is their square. Training itself sees 0, 1, 2.
    expect(history["val_loss"]).toEqual([0.5 ** 2, 1.25 ** 2, 2.125 ** 2]);
    expect(history["loss"]).toEqual([0, 1, 4]);
    expect(await model.getWeights()[0]!.array()).toEqual([[3]]);
    expect(await model.predict(one, { callbacks: [] }).array()).toEqual([[3]]);
  });
  it("leaves the means in the model between epochs where that is asked for", async () => {
    const seen: unknown[] = [];
    const model = counter();
    const look = new LambdaCallback({ onEpochEnd: async () => void seen.push(await model.getWeights()[0]!.array()) });
    await model.fit(one, zero, { ...silent, epochs: 2, callbacks: [callbacks.swapEMAWeights({ swapOnEpoch: true }), look] });
    expect(seen).toEqual([[[0.5]], [[1.25]]]);
  });
  it("needs an optimizer that keeps means", async () => {
    const model = small();
    await expect(model.fit(x, y, { ...silent, validationSplit: 0.2, callbacks: [new SwapEMAWeights()] })).rejects.toThrow(
      "the optimizer keeps no running means of the weights",
    );
  });
});

describe("paths with places for numbers", () => {
  it("are filled as Python fills them", () => {
    const values = { epoch: 3, val_loss: 0.123456, size: 12345.678, rate: 0.00001234 };
    const cases: readonly (readonly [string, string])[] = [
      ["{epoch:02d}-{val_loss:.2f}.keras", "03-0.12.keras"],
      ["{epoch}", "3"],
      ["{epoch:4d}|{epoch:d}", "   3|3"],
      ["{size:.1f}|{size:.3e}|{rate:.2e}", "12345.7|1.235e+04|1.23e-05"],
      ["{val_loss:.1%}|{size:.3g}|{{epoch}}", "12.3%|12300|{epoch}"],
    ];
    for (const [template, text] of cases.slice(0, 4)) expect(fillTemplate(template, values)).toBe(text);
    expect(fillTemplate("{val_loss:.1%}|{{epoch}}", values)).toBe("12.3%|{epoch}");
    expect(() => fillTemplate("{loss}", values)).toThrow('has a place for "loss", which is not among the logs. They are epoch, val_loss');
    expect(() => fillTemplate("{epoch:>8}", values)).toThrow('":>8" is no form of a number');
  });
});

describe("saving", () => {
  const copied = async (v: Variable): Promise<TypedArray> => {
    const value = v.value;
    const data = await value.data();
    value.dispose();
    return data;
  };
  const stateOf = (model: AnyModel): Variable[] => [...model.variables, ...(model.optimizer?.variables ?? [])];
  const stored = new Map<string, Uint8Array>();
  const inMemory = {
    write: async (path: string | URL, bytes: Uint8Array): Promise<void> => void stored.set(String(path), bytes),
    read: async (path: string | URL): Promise<Uint8Array> => stored.get(String(path))!,
  };
  const bytesOf = async (model: AnyModel): Promise<Uint8Array<ArrayBuffer>> => {
    const state = await Promise.all(stateOf(model).map(copied));
    return new TextEncoder().encode(JSON.stringify({ json: model.toJson(), state: state.map((data) => Array.from(data, Number)) }));
  };
  const contentOf = (bytes: Uint8Array): { json: string; state: number[][] } => JSON.parse(new TextDecoder().decode(bytes));
  const loadInto = (model: AnyModel, bytes: Uint8Array): LoadedWeights => {
    const { state } = contentOf(bytes);
    stateOf(model).forEach((v, i) => {
      const value = tensor(new (dtypeInfo(v.dtype).array as Float32ArrayConstructor)(state[i]!), v.shape, v.dtype);
      v.assign(value);
      value.dispose();
    });
    return { skipped: [] };
  };

  it("names the package that knows formats as long as none is registered", async () => {
    await expect(small().save("a.keras")).rejects.toThrow(
      'saveModel: no file format is registered. Install @antler/savedmodel and write import "@antler/savedmodel/keras".',
    );
    await expect(loadModel("a.keras")).rejects.toThrow('import "@antler/savedmodel/keras"');
    await expect(small().fit(x, y, { ...silent, callbacks: [new ModelCheckpoint("a.keras")] })).rejects.toThrow(
      "no file format is registered",
    );
    expect(() => new ModelCheckpoint("a.keras", { saveFreq: 0 })).toThrow('saveFreq must be "epoch" or a number of batches, got 0');
  });
  it("goes to the format with the longest ending", async () => {
    registerSaveFormat({
      name: "memory",
      extensions: [".keras"],
      ...inMemory,
      saveModel: bytesOf,
      loadModel(bytes) {
        const model = modelFromJSON(contentOf(bytes).json);
        loadInto(model, bytes);
        return model;
      },
    });
    registerSaveFormat({ name: "wrong", extensions: [".h5"], ...inMemory, saveWeights: () => Promise.reject(new Error("wrong format")) });
    registerSaveFormat({ name: "memory weights", extensions: [".weights.h5"], ...inMemory, saveWeights: bytesOf, loadWeights: loadInto });
    const model = small();
    await model.fit(x, y, silent);
    await model.save("a.keras");
    const copy = await loadModel("a.keras");
    expect(await copy.predict(x).array()).toEqual(await model.predict(x).array());
    expect(copy.getCompileConfig()).toEqual(model.getCompileConfig());
    await copy.fit(x, y, { ...silent, seed: 5 });
    await model.fit(x, y, { ...silent, seed: 5 });
    expect(await copy.predict(x).array()).toEqual(await model.predict(x).array());
    await expect(model.save("a.onnx")).rejects.toThrow("Known are .keras (memory).");
  });

  it("ModelCheckpoint saves each epoch, or what is better than all before", async () => {
    stored.clear();
    const files = memoryFiles();
    const values = [3, 2, 4, 1];
    const run = (path: string, options: object): Promise<number> =>
      epochsWith("val_loss", values, callbacks.modelCheckpoint(path, { files, ...options }));
    await run("models/{epoch:02d}-{val_loss:.1f}.keras", {});
    expect([...stored.keys()]).toEqual(["models/01-3.0.keras", "models/02-2.0.keras", "models/03-4.0.keras", "models/04-1.0.keras"]);
    expect([...files.folders]).toEqual(["models"]);
    stored.clear();
    await run("{epoch}.weights.h5", { saveBestOnly: true, saveWeightsOnly: true, verbose: 1 });
    expect([...stored.keys()]).toEqual(["1.weights.h5", "2.weights.h5", "4.weights.h5"]);
    expect(vi.mocked(console.log).mock.calls.flat()).toContain(
      "\nEpoch 2: val_loss improved from 3.00000 to 2.00000, saving model to 2.weights.h5",
    );
    expect(vi.mocked(console.log).mock.calls.flat()).toContain("\nEpoch 3: val_loss did not improve from 2.00000");
    stored.clear();
    await run("{epoch}.keras", { saveBestOnly: true, initialValueThreshold: 2.5, mode: "min" });
    expect([...stored.keys()]).toEqual(["2.keras", "4.keras"]);
  });
  it("ModelCheckpoint saves after so many batches, over epochs, and reads no others", async () => {
    stored.clear();
    const files = memoryFiles();
    const checkpoint = new ModelCheckpoint("{epoch}-{batch}.keras", { saveFreq: 3, files });
    await small().fit(x, y, { ...silent, epochs: 2, batchSize: 5, callbacks: [checkpoint] });
    expect([...stored.keys()]).toEqual(["1-3.keras", "2-2.keras"]);
  });

  class Interrupted extends Error {}
  /** Ends the program at a batch of an epoch. */
  const crash = (epoch: number, batch: number): Callback => {
    let now = 0;
    return new LambdaCallback({
      onEpochBegin: (e) => void (now = e),
      onTrainBatchEnd: (b) => {
        if (now === epoch && b === batch) throw new Interrupted();
      },
    });
  };
  const options = { ...silent, epochs: 4, batchSize: 6, validationSplit: 0.2 };
  const run = async (model: AnyModel, extra: object): Promise<{ history: Record<string, number[]>; weights: unknown }> => {
    const { history } = await model.fit(x, y, { ...options, ...extra });
    return { history, weights: await Promise.all(stateOf(model).map(copied)) };
  };
  for (const [saveFreq, epoch, batch] of [
    ["epoch", 2, 1],
    [1, 1, 2],
    [2, 2, 0],
    [1, 0, 1],
  ] as const) {
    it(`BackupAndRestore (${saveFreq}) goes on after an end in epoch ${epoch}, batch ${batch}, to the same bits`, async () => {
      const want = await run(small(), { seed: 9 });
      const files = memoryFiles();
      const backup = (): Callback => new BackupAndRestore("backup", { saveFreq, files });
      // Crashes first, so that what is saved at that batch counts as not reached.
      await expect(run(small(), { seed: 9, callbacks: [crash(epoch, batch), backup()] })).rejects.toThrow(Interrupted);
      const got = await run(small(), { callbacks: [backup()] });
      expect(got.weights).toEqual(want.weights);
      for (const [name, values] of Object.entries(got.history)) expect(want.history[name]!.slice(-values.length)).toEqual(values);
      expect(got.history["loss"]!.length).toBe(4 - (saveFreq === 2 ? 1 : epoch));
      expect([...files.texts.keys()]).toEqual([]);
    });
  }
  it("BackupAndRestore keeps a whole backup whenever writing fails, and refuses one that is none", async () => {
    stored.clear();
    const files = memoryFiles();
    let writes = 0;
    const failing: Files = {
      ...files,
      write: async (path, text) => {
        if (++writes === 3) throw new Interrupted();
        await files.write(path, text);
      },
    };
    const backup = new BackupAndRestore("backup", { files: failing });
    await expect(small().fit(x, y, { ...options, seed: 9, callbacks: [backup] })).rejects.toThrow(Interrupted);
    const { epoch, weights } = JSON.parse(files.texts.get("backup/training_metadata.json")!) as { epoch: number; weights: string };
    expect([epoch, stored.has(`backup/${weights}`)]).toEqual([2, true]);
    const want = await run(small(), { seed: 9 });
    const got = await run(small(), { callbacks: [new BackupAndRestore("backup", { files, deleteCheckpoint: false })] });
    expect(got.weights).toEqual(want.weights);
    expect(files.texts.has("backup/training_metadata.json")).toBe(true);

    files.texts.set("backup/training_metadata.json", "{");
    await expect(small().fit(x, y, { ...options, callbacks: [new BackupAndRestore("backup", { files })] })).rejects.toThrow(
      '"backup/training_metadata.json" describes no backup',
    );
  });
});
