// Attention beyond single cases: unknown numbers of steps, masks that ride on values, files of layers, and wrong calls.
import { cast, func, greaterEqual, randomNormal, type SignatureSpec, type Tensor, tensor, zeros } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { deserializeLayer, layers, serializeLayer } from "../src/index.ts";
import { maskOf, setMask } from "../src/masks.ts";

/** Scores of 3 terms below 10, off by as many roundings and more for the scale; above and below the line of a quotient, of numbers below 10. */
const allowed = 2 * 5 * 30 * 2 ** -24 * 10;
const numbers = async (x: Tensor): Promise<number[]> => [...((await x.data()) as Float32Array)];
const draw = (shape: readonly number[], seed = 1): Tensor => randomNormal(shape, { seed: [seed, 0] });

describe("attention of many heads", () => {
  it("takes any number of steps in one compiled function", async () => {
    const layer = layers.multiHeadAttention({ numHeads: 2, keyDim: 3 });
    layer.build([2, 4, 6], { value: [2, 5, 6] });
    const inputSignature: SignatureSpec[] = [
      { shape: ["batch", "steps", 6], dtype: "float32" },
      { shape: ["batch", "seen", 6], dtype: "float32" },
    ];
    const f = func((query: Tensor, value: Tensor) => layer.apply(query, { value, useCausalMask: true }), { inputSignature });
    for (const [batch, steps, seen] of [
      [2, 4, 5],
      [1, 7, 3],
    ] as const) {
      const [query, value] = [draw([batch, steps, 6]), draw([batch, seen, 6], 2)];
      const eager = await numbers(layer.apply(query, { value, useCausalMask: true }));
      (await numbers(f(query, value))).forEach((v, i) => void expect(v).toBeCloseTo(eager[i]!, 5));
    }
  });
  it("leaves out what the value's own mask does", async () => {
    const layer = layers.multiHeadAttention({ numHeads: 1, keyDim: 2 });
    const [query, value] = [draw([1, 2, 3]), draw([1, 3, 3], 2)];
    const whole = await numbers(layer.apply(query, { value }));
    setMask(value, tensor([[true, true, false]]));
    const part = await numbers(layer.apply(query, { value }));
    const first = draw([1, 3, 3], 2);
    const valueMask = tensor([[true, true, false]]);
    expect(part).toEqual(await numbers(layer.apply(query, { value: first, valueMask })));
    expect(part).not.toEqual(whole);
  });
  it("takes the masks of what it saw away, as Keras does, and the result has the query's", () => {
    const [query, mask] = [draw([1, 2, 3]), tensor([[true, false]])];
    setMask(query, mask);
    const y = layers.multiHeadAttention({ numHeads: 1, keyDim: 2 }).apply(query, { value: query });
    expect([maskOf(query), maskOf(y)]).toEqual([null, mask]);
  });
  it("finds masks of values that are cast", async () => {
    const layer = layers.groupQueryAttention({ headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1 });
    const [query, value] = [draw([1, 2, 4]), draw([1, 3, 4], 2)];
    const wide = cast(value, "float64");
    const mask = tensor([[false, true, true]]);
    for (const x of [value, wide]) setMask(x, mask);
    expect(await numbers(layer.apply(query, { value: wide }))).toEqual(await numbers(layer.apply(query, { value })));
  });
  it("is built by files, with Keras's names for its shapes", () => {
    const layer = layers.multiHeadAttention({ numHeads: 2, keyDim: 3, attentionAxes: -2 });
    layer.buildOnce([2, 4, 6], { value: [2, 5, 4] });
    const written = serializeLayer(layer);
    expect(written.build_config).toEqual({ shapes_dict: { query_shape: [2, 4, 6], value_shape: [2, 5, 4] } });
    const copy = deserializeLayer(written);
    expect(copy.weights.map((v) => [v.name, v.shape])).toEqual(layer.weights.map((v) => [v.name, v.shape]));
    expect(copy.weights[2]!.name).toBe(`${layer.name}/key/kernel`);
  });
  it.each([
    ["nothing", {}],
    ["order", { useCausalMask: true }],
    ["a mask of pairs", { attentionMask: greaterEqual(draw([2, 5, 7], 9), 0) }],
    ["a mask of pairs for each head, and order", { attentionMask: greaterEqual(draw([2, 4, 5, 7], 9), 0), useCausalMask: true }],
    ["masked values", { valueMask: greaterEqual(draw([2, 7], 9), 0) }],
  ])("gives the same without scores, with %s", async (_, options) => {
    const [query, value] = [draw([2, 5, 8]), draw([2, 7, 8], 2)];
    for (const make of [
      (flashAttention: boolean) => layers.multiHeadAttention({ numHeads: 4, keyDim: 3, flashAttention }),
      (flashAttention: boolean) => layers.groupQueryAttention({ headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2, flashAttention }),
    ]) {
      const [without, stored] = [make(true), make(false)];
      const y = without.apply(query, { value, ...options });
      stored.apply(query, { value, ...options });
      stored.setWeights(without.weights.map((w) => w.value));
      const want = await numbers(stored.apply(query, { value, ...options }));
      (await numbers(y)).forEach((v, i) => expect(Math.abs(v - want[i]!)).toBeLessThan(allowed));
    }
  });
  it("gives the same without scores where steps lie along two axes", async () => {
    const x = draw([2, 3, 4, 8]);
    const make = (flashAttention: boolean) => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, attentionAxes: [1, 2], flashAttention });
    const [without, stored] = [make(true), make(false)];
    const y = without.apply(x, { value: x });
    stored.apply(x, { value: x });
    stored.setWeights(without.weights.map((w) => w.value));
    const want = await numbers(stored.apply(x, { value: x }));
    (await numbers(y)).forEach((v, i) => expect(Math.abs(v - want[i]!)).toBeLessThan(allowed));
  });
  it("says what is wrong", () => {
    const layer = layers.multiHeadAttention({ numHeads: 2, keyDim: 3 });
    expect(() => layer.apply(zeros([1, 2, 3]))).toThrow("MultiHeadAttention: needs a value to look at");
    expect(() => layer.apply(zeros([1, 2, 3]), { value: zeros([1, 4, 3]), key: zeros([1, 5, 3]) })).toThrow("differ in more than features");
    expect(() => layers.multiHeadAttention({ numHeads: 0, keyDim: 3 })).toThrow("numHeads must be a positive integer, got 0");
    const flash = { numHeads: 1, keyDim: 3, flashAttention: true };
    expect(() => layers.multiHeadAttention({ ...flash, dropout: 0.5 })).toThrow("stores no scores that could be dropped");
    const x = zeros([1, 2, 3]);
    expect(() => layers.multiHeadAttention(flash).apply(x, { value: x, returnAttentionScores: true })).toThrow("this call needs them");
    expect(() => layers.multiHeadAttention({ numHeads: 1, keyDim: 3, slidingWindow: 0 })).toThrow("slidingWindow");
    expect(() => layers.groupQueryAttention({ headDim: 2, numQueryHeads: 3, numKeyValueHeads: 2 })).toThrow(
      "3 heads of queries cannot share 2",
    );
    expect(() => layers.attention().apply([zeros([1, 2, 3])])).toThrow("is applied to [query, value]");
    expect(() => layers.attention({ scoreMode: "sum" as never })).toThrow('"dot" or "concat", got "sum"');
  });
});

describe("dense layers over named axes", () => {
  const built = (equation: string, outputShape: number | (number | null)[], biasAxes?: string) => () =>
    layers.einsumDense({ equation, outputShape, biasAxes }).build([2, 3, 4]);
  it("say what is wrong with an equation", () => {
    expect(built("abc->abd", 3)).toThrow('"abc->abd" is no equation of an input and a kernel');
    expect(built("abc,cd->abe", [3, 2])).toThrow('"e" of the output of "abc,cd->abe" comes from nowhere');
    expect(built("abc,cd->abd", [5, 2])).toThrow('"b" of "abc,cd->abd" is 3 in the input and 5 in the output');
    expect(built("abc,ce->ab", [3])).toThrow('"e" of the kernel of "abc,ce->ab" has no size');
    expect(built("abc,cd->abd", [3, 2], "c")).toThrow('no axis "c" to add a bias along');
    expect(built("abc,cd->abd", [3, null])).toThrow("has no size in input or output");
  });
  it("draws a kernel by what it sums over", () => {
    const layer = layers.einsumDense({ equation: "abc,cde->abde", outputShape: [null, 20, 30] });
    layer.build([null as never, 2, 10]);
    // Glorot's bound for 10 inputs and 600 outputs.
    const bound = Math.sqrt(6 / 610);
    const drawn = layer.getWeights()[0]!.dataSync() as Float32Array;
    const largest = drawn.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.9 * bound);
  });
});
