// Sequential, compile, fit, evaluate and callbacks: what they accept, refuse, print and repeat.
import { tensor } from "@antler/tensor-core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  Callback,
  clearSession,
  model as functional,
  Input,
  LambdaCallback,
  type Logs,
  layers,
  modelFromJSON,
  ProgbarLogger,
  type Sequential,
  sequential,
  setRandomSeed,
  type Writer,
} from "../src/index.ts";

const { dense } = layers;
beforeEach(() => {
  clearSession();
  setRandomSeed(1);
});

const x = tensor(
  Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * 1.3)),
  [20, 3],
);
const y = Int32Array.from({ length: 20 }, (_, i) => i % 2);
const small = (metrics: readonly string[] = ["accuracy"]): Sequential => {
  const model = sequential([dense({ units: 4, activation: "relu", inputShape: [3] }), dense({ units: 2, activation: "softmax" })]);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics });
  return model;
};

describe("Sequential", () => {
  it("is built by an input, an inputShape, or by hand", () => {
    expect(sequential([Input({ shape: [3] }), dense({ units: 2 })]).countParams()).toBe(8);
    expect(sequential([dense({ units: 2, batchInputShape: [null, 3] })]).countParams()).toBe(8);
    const model = sequential([dense({ units: 2 })]);
    expect(model.built).toBe(false);
    model.build([null, 3]);
    expect([model.countParams(), model.outputShape!.length]).toEqual([8, 2]);
  });
  it("is built by a model it begins with, if that knows its input", () => {
    const x = Input({ shape: [3] });
    const known = [
      sequential([Input({ shape: [3] }), dense({ units: 2 })]),
      functional({ inputs: x, outputs: dense({ units: 2 }).apply(x) }),
    ];
    for (const first of known) expect(sequential([first, dense({ units: 1 })]).countParams()).toBe(11);
    expect(sequential([sequential([dense({ units: 2 })]), dense({ units: 1 })]).built).toBe(false);
    const made = sequential([known[1]!, dense({ units: 1 })]);
    expect(modelFromJSON(made.toJson()).countParams()).toBe(11);
  });
  it("grows and shrinks, keeping weights", async () => {
    const model = sequential();
    model.add(Input({ shape: [3] }));
    model.add(dense({ units: 4 }));
    const [kernel] = model.weights;
    model.add(dense({ units: 2 }));
    expect(model.weights[0]).toBe(kernel);
    expect(model.predict([[1, 2, 3]]).shape).toEqual([1, 2]);
    expect(model.pop()!.name).toBe("dense_1");
    expect(model.layers.map((l) => l.name)).toEqual(["dense"]);
    expect(model.weights.length).toBe(2);
  });
  it("nests, and names weights by their path", () => {
    const block = sequential([dense({ units: 4 }), dense({ units: 3 })], { name: "block" });
    const model = sequential([dense({ units: 5, inputShape: [2] }), block, dense({ units: 1 })], { name: "whole" });
    expect(model.weights.map((v) => v.name).filter((n) => n.endsWith("kernel"))).toEqual([
      "whole/dense_2/kernel",
      "whole/block/dense/kernel",
      "whole/block/dense_1/kernel",
      "whole/dense_3/kernel",
    ]);
    let text = "";
    model.summary({ lineLength: 76, printFn: (t) => void (text = t) });
    expect(text).toContain("│ block (Sequential)              │ (None, 3)              │            39 │");
  });
  it("refuses names twice, inputs in the middle, and other shapes", () => {
    expect(() => sequential([dense({ units: 1, name: "a" }), dense({ units: 1, name: "a" })])).toThrow(
      '"sequential" already has a layer called "a"',
    );
    expect(() => sequential([dense({ units: 1 }), Input({ shape: [1] })])).toThrow("an input can only be the first layer");
    expect(() => sequential([dense({ units: 1, inputShape: [3] })]).build([null, 4])).toThrow(
      "takes (None, 3), it cannot be built for (None, 4)",
    );
    expect(() => sequential().build([null, 4])).toThrow("has no layers to build");
  });
  it("has a config with its layers", () => {
    expect(sequential([dense({ units: 2, inputShape: [3] })]).getConfig()).toMatchObject({
      name: "sequential",
      layers: [
        { module: "keras.layers", class_name: "InputLayer", config: { batch_shape: [null, 3], name: "input_layer" } },
        { module: "keras.layers", class_name: "Dense", config: { units: 2 } },
      ],
      build_input_shape: [null, 3],
    });
  });
});

describe("fit and evaluate", () => {
  it("need compile, equal numbers of samples and labels, and a split that leaves some", async () => {
    await expect(sequential([dense({ units: 1 })]).fit(x, y)).rejects.toThrow(
      'fit: the model "sequential" is not compiled. Call compile({ optimizer, loss }) first.',
    );
    await expect(small().fit(x, y.subarray(0, 7))).rejects.toThrow("fit: 20 samples have 7 labels. Got f32[20, 3] and i32[7].");
    await expect(small().fit(x, y, { validationSplit: 1, verbose: 0 })).rejects.toThrow("validationSplit 1 of 20 samples leaves none");
    await expect(small().fit(x, y, { batchSize: 0, verbose: 0 })).rejects.toThrow("batchSize must be a positive integer, got 0");
  });
  it("compile refuses unknown names, listing the known ones", () => {
    const model = sequential([dense({ units: 1 })]);
    expect(() => model.compile({ optimizer: "adm", loss: "mse" })).toThrow(
      'optimizers: no optimizer is called "adm". Known are adadelta, adafactor, adagrad, adam,',
    );
    expect(() => model.compile({ optimizer: "adam", loss: "mse2" })).toThrow('no loss is called "mse2"');
    expect(() => model.compile({ optimizer: "adam", loss: "mse", metrics: ["f0"] })).toThrow('no metric is called "f0"');
  });
  it("take camelCase names, functions, and labels as arrays", async () => {
    const model = sequential([dense({ units: 2, activation: "softmax", inputShape: [3] })]);
    model.compile({ optimizer: "SGD", loss: "sparseCategoricalCrossentropy", metrics: ["sparseCategoricalAccuracy"] });
    const { history } = await model.fit((await x.array()) as number[][], [...y], { verbose: 0 });
    expect(Object.keys(history)).toEqual(["loss", "sparse_categorical_accuracy"]);
    const big = BigInt64Array.from([...y], BigInt);
    expect((await model.evaluate(x, big, { verbose: 0 })).length).toBe(2);
    await expect(
      model.evaluate(
        x,
        big.map(() => 2n ** 40n),
        { verbose: 0 },
      ),
    ).rejects.toThrow("1099511627776 does not fit int32");
  });
  it("give [loss, ...metrics], or them by name", async () => {
    const model = small();
    const [loss, accuracy] = await model.evaluate(x, y, { verbose: 0 });
    expect(await model.evaluate(x, y, { verbose: 0, returnDict: true })).toEqual({ accuracy, loss });
    expect(model.metricsNames).toEqual(["loss", "accuracy"]);
  });
  it("hold the last samples back before shuffling", async () => {
    // The last fifth has labels no other sample has: training never sees them.
    const model = sequential([dense({ units: 1, kernelInitializer: "zeros", inputShape: [3] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const targets = Float32Array.from({ length: 20 }, (_, i) => (i < 16 ? 0 : 3));
    const { history } = await model.fit(x, targets, { validationSplit: 0.2, verbose: 0, epochs: 2 });
    expect(history).toEqual({ loss: [0, 0], val_loss: [9, 9] });
  });
  it("repeat themselves for a seed, and shuffle each epoch", async () => {
    const losses: number[][] = [];
    const weights: unknown[] = [];
    for (const seed of [4, 4, 5]) {
      clearSession();
      setRandomSeed(seed);
      const model = small();
      const { history } = await model.fit(x, y, { epochs: 3, batchSize: 6, verbose: 0 });
      losses.push(history["loss"]!);
      weights.push(await model.getWeights()[0]!.array());
    }
    expect(losses[0]).toEqual(losses[1]);
    expect(weights[0]).toEqual(weights[1]);
    expect(weights[0]).not.toEqual(weights[2]);
  });
  it("learn", async () => {
    const model = small();
    const separable = Int32Array.from({ length: 20 }, (_, i) => (Math.sin(i * 3 * 1.3) > 0 ? 1 : 0));
    const { history } = await model.fit(x, separable, { epochs: 150, verbose: 0 });
    expect(history["accuracy"]!.at(-1)).toBeGreaterThan(0.9);
  });
  it("go on from an epoch", async () => {
    const { epoch, params } = await small().fit(x, y, { epochs: 5, initialEpoch: 3, verbose: 0 });
    expect([epoch, params]).toEqual([[3, 4], { verbose: 0, epochs: 5, steps: 1 }]);
  });
  it("train on single batches", async () => {
    const model = small();
    const [first] = await model.trainOnBatch(x, y);
    for (let i = 0; i < 30; i++) await model.trainOnBatch(x, y);
    model.resetMetrics();
    expect((await model.testOnBatch(x, y))[0]).toBeLessThan(first!);
  });
});

describe("callbacks", () => {
  it("are called in Keras's order, and waited for", async () => {
    const calls: string[] = [];
    const later = async (name: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      calls.push(name);
    };
    const watch = new LambdaCallback({
      onTrainBegin: () => later("train begin"),
      onEpochBegin: (epoch) => later(`epoch ${epoch}`),
      onTrainBatchBegin: (batch) => later(`batch ${batch}`),
      onTrainBatchEnd: (batch, logs) => later(`batch ${batch} end ${Object.keys(logs)}`),
      onTestBegin: () => later("test begin"),
      onTestBatchEnd: (batch) => later(`test batch ${batch} end`),
      onTestEnd: (logs) => later(`test end ${Object.keys(logs ?? {})}`),
      onEpochEnd: (epoch, logs) => later(`epoch ${epoch} end ${Object.keys(logs)}`),
      onTrainEnd: (logs) => later(`train end ${Object.keys(logs ?? {})}`),
    });
    await small().fit(x, y, { batchSize: 8, validationSplit: 0.25, callbacks: [watch], verbose: 0 });
    expect(calls).toEqual([
      "train begin",
      "epoch 0",
      "batch 0",
      "batch 0 end accuracy,loss",
      "batch 1",
      "batch 1 end accuracy,loss",
      "test begin",
      "test batch 0 end",
      "test end accuracy,loss",
      "epoch 0 end accuracy,loss,val_accuracy,val_loss",
      "train end accuracy,loss,val_accuracy,val_loss",
    ]);
  });
  it("can end training", async () => {
    class Stop extends Callback {
      override onEpochEnd(epoch: number, _logs: Logs): void {
        if (epoch === 1) this.model.stopTraining = true;
      }
    }
    const model = small();
    expect((await model.fit(x, y, { epochs: 9, callbacks: [new Stop()], verbose: 0 })).epoch).toEqual([0, 1]);
    expect((await model.fit(x, y, { epochs: 2, verbose: 0 })).epoch).toEqual([0, 1]);
  });
});

describe("what fit writes", () => {
  const collect = (isTerminal: boolean): Writer & { text: string } => {
    const writer = { isTerminal, text: "", write: (t: string): void => void (writer.text += t) };
    return writer;
  };
  it("elsewhere than on a terminal: a line an epoch", async () => {
    const writer = collect(false);
    await small().fit(x, y, { epochs: 2, batchSize: 4, validationSplit: 0.2, callbacks: [new ProgbarLogger({ writer })] });
    const line = String.raw`4/4 ━{20} 0s \d+[mu]s/step - accuracy: 0\.\d{4} - loss: \d\.\d{4} - val_accuracy: [01]\.\d{4} - val_loss: \d\.\d{4}`;
    expect(writer.text).toMatch(new RegExp(`^Epoch 1/2\n${line}\nEpoch 2/2\n${line}\n$`));
  });
  it("on a terminal: the line anew, and evaluate a line of its own", async () => {
    const writer = collect(true);
    let now = 0;
    const logger = (): ProgbarLogger => new ProgbarLogger({ writer, clock: () => (now += 60) });
    const model = small();
    await model.fit(x, y, { batchSize: 4, callbacks: [logger()] });
    expect(writer.text.split("\r").length).toBeGreaterThan(3);
    expect(writer.text).not.toContain("Epoch");
    writer.text = "";
    await model.evaluate(x, y, { callbacks: [logger()] });
    expect(writer.text).toMatch(/1\/1.*accuracy: 0\.\d{4} - loss: \d\.\d{4}\n$/);
  });
  it("verbose 2: a line without a bar; 0: nothing", async () => {
    const writer = collect(false);
    await small().fit(x, y, { verbose: 2, callbacks: [new ProgbarLogger({ writer })] });
    expect(writer.text).toMatch(/^1\/1 - 0s - \d+[mu]s\/step - accuracy: 0\.\d{4} - loss: \d\.\d{4}\n$/);
    writer.text = "";
    await small().fit(x, y, { verbose: 0, callbacks: [new ProgbarLogger({ writer })] });
    expect(writer.text).toBe("");
  });
});
