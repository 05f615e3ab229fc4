// Layers with statistics in compiled training, embeddings, merges, functions as layers, and what wrong options and calls say.
import { mul, ones, type Tensor, tensor, zeros } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { layers, sequential } from "../src/index.ts";
import { maskOf, setMask } from "../src/masks.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...((await x.data()) as Float32Array)];

describe("batch normalization", () => {
  it("moves its statistics once for each step of fit, and keeps them when frozen", async () => {
    const layer = layers.batchNormalization({ momentum: 0.5 });
    const model = sequential([layer, layers.dense({ units: 1 })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const [x, y] = [tensor([[0], [2], [4], [6]]), zeros([4, 1])];
    const options = { batchSize: 4, epochs: 2, verbose: 0, shuffle: false } as const;
    await model.fit(x, y, options);
    // Mean 3 and variance 5, from 0 and 1, half of the way at each of two steps.
    expect(await numbers(layer.movingMean!.value)).toEqual([2.25]);
    expect(await numbers(layer.movingVariance!.value)).toEqual([4]);
    layer.trainable = false;
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit(x, y, options);
    expect(await numbers(layer.movingMean!.value)).toEqual([2.25]);
  });
  it("says what is wrong", () => {
    expect(() => layers.batchNormalization({ renorm: true, renormClipping: { rmax: 1, rmin: 2 } })).toThrow("rmax must be at least rmin");
    expect(() => layers.batchNormalization({ renorm: true, renormClipping: { dmax: -1 } })).toThrow("dmax must not be negative");
    expect(() => layers.batchNormalization({ renorm: true, renormClipping: { most: 1 } as never })).toThrow("got most");
    const mask = ones([2, 3], "bool");
    expect(() => layers.batchNormalization().apply(ones([2, 3]), { mask, training: true })).toThrow("one axis less than the input");
    expect(() => layers.groupNormalization({ groups: 3 }).apply(ones([2, 4]))).toThrow("4 channels cannot be cut into 3 groups");
    expect(() => layers.groupNormalization({ groups: 0 })).toThrow("a positive integer or −1, got 0");
    expect(() => layers.layerNormalization({ axis: 4 }).apply(ones([2, 4]))).toThrow("needs the size of its input's axis 4");
    expect(() => layers.spectralNormalization({ layer: layers.flatten() }).apply(ones([2, 4]))).toThrow("neither a kernel nor embeddings");
    expect(() => layers.spectralNormalization({ layer: layers.flatten(), powerIterations: 0 })).toThrow("powerIterations must be positive");
    expect(() => layers.spectralNormalization({ layer: 3 as never })).toThrow("wraps a layer");
  });
});

describe("embeddings", () => {
  it("begin with weights that are given", async () => {
    const layer = layers.embedding({ inputDim: 2, outputDim: 2, weights: [[1, 2], [3, 4]] }); // biome-ignore format: a table
    expect(await numbers(layer.apply(tensor([1, 0], [2], "int32")))).toEqual([3, 4, 1, 2]);
  });
  it("learn only the rows that were read", async () => {
    const layer = layers.embedding({ inputDim: 3, outputDim: 1, embeddingsInitializer: "ones" });
    const model = sequential([layer, layers.flatten()]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit(tensor([[2]], [1, 1], "int32"), zeros([1, 1]), { epochs: 1, verbose: 0 });
    // The loss is 1² and its slope 2: a step of 0.01 · 2.
    const [first, second, third] = await numbers(layer.embeddings!.value);
    expect([first, second]).toEqual([1, 1]);
    expect(third).toBeCloseTo(0.98, 6);
  });
  it("say what is wrong", () => {
    expect(() => layers.embedding({ inputDim: 0, outputDim: 2 })).toThrow("inputDim must be a positive integer, got 0");
    const layer = layers.embedding({ inputDim: 3, outputDim: 2 });
    expect(() => layer.apply(tensor([3], [1], "int32")).dataSync()).toThrow();
  });
});

describe("merging layers", () => {
  it("say what is wrong", () => {
    const [a, b] = [ones([2, 3]), ones([2, 4])];
    expect(() => layers.add().apply(a as never)).toThrow("Add: is applied to a list of tensors");
    expect(() => layers.add().apply([])).toThrow("Add: is applied to a list of tensors");
    expect(() => layers.add().apply([a, b])).toThrow();
    expect(() => layers.subtract().apply([a, a, a])).toThrow("takes two tensors, got 3");
    expect(() => layers.concatenate({ axis: 0 }).apply([a, b])).toThrow("the shapes differ");
    expect(() => layers.dot({ axes: 1 }).apply([a, b])).toThrow("differ in size");
    expect(() => layers.dot({ axes: 0 }).apply([a, a])).toThrow("no axis 0 behind the batch");
    expect(() => layers.dot({ axes: [1, 2, 3] })).toThrow("one or two integers");
  });
});

describe("functions as layers", () => {
  it("are called with what a layer is told", async () => {
    const layer = layers.lambda({ function: (x: Tensor, { training }) => (training ? mul(x, 2) : x), mask: (_, mask) => mask });
    const [x, mask] = [ones([1, 2]), tensor([[true, false]])];
    setMask(x, mask);
    expect(await numbers(layer.apply(x, { training: true }))).toEqual([2, 2]);
    expect(maskOf(layer.apply(x, { training: true }))).toBe(mask);
    expect(layer.computeOutputShape([null, 3])[1]).toBe(3);
  });
  it("cannot be saved, and Python's cannot be read", () => {
    expect(() => layers.lambda({ function: (x: Tensor) => x }).getConfig()).toThrow("cannot be saved: files hold no code");
    expect(() => layers.lambda({ function: { class_name: "__lambda__" } as never })).toThrow("needs a function of TypeScript");
  });
});

describe("layers of noise", () => {
  it("draw anew at each call, and again from the same seed", async () => {
    const draw = () => layers.gaussianNoise({ stddev: 1, seed: 3 });
    const [one, other, x] = [draw(), draw(), zeros([4])];
    const first = await numbers(one.apply(x, { training: true }));
    expect(await numbers(one.apply(x, { training: true }))).not.toEqual(first);
    expect(await numbers(other.apply(x, { training: true }))).toEqual(first);
  });
  it("say what is wrong", () => {
    expect(() => layers.gaussianNoise({ stddev: 2 })).toThrow("stddev must be between 0 and 1, got 2");
    expect(() => layers.alphaDropout({ rate: -1 })).toThrow("the rate must be between 0 and 1, got -1");
    expect(() => layers.spatialDropout1d({ rate: 0.5 }).apply(ones([2, 3]))).toThrow("an input of 3 axes");
    expect(() => layers.reLU({ maxValue: -1 })).toThrow("maxValue must be 0 or more, got -1");
    expect(() => layers.leakyReLU({ negativeSlope: -1 })).toThrow("negativeSlope must be 0 or more");
    expect(() => layers.activityRegularization({ l1: -1 })).toThrow();
  });
});
