// Filters and matrices packed once for many runs: bit for bit what comes of packing them each time, on any number of threads.
import * as tf from "@antler/tensor-core";
import { afterAll, describe, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const backends = [1, 3].map((threads) => createCpuBackend({ threads }));
afterAll(() => tf.setBackend(tf.referenceBackend()));

const random = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, { seed: [seed, 0] });

/** The results of four runs with one weight, which is packed from the second on; and of each with a weight of its own. */
async function runs(fn: (x: tf.Tensor, w: tf.Tensor) => tf.Tensor, x: number[], w: number[]): Promise<[tf.TypedArray[], tf.TypedArray[]]> {
  const call = tf.func(fn);
  const [weight, kept, apart] = [random(w, 2), [] as tf.TypedArray[], [] as tf.TypedArray[]];
  for (let i = 0; i < 4; i++) {
    const image = random(x, 3 + i);
    kept.push(await call(image, weight).data());
    apart.push(await call(image, random(w, 2)).data());
  }
  return [kept, apart];
}

describe.each(backends)("%#", (backend) => {
  test.each([
    ["few tiles", [1, 8, 8, 64], [3, 3, 64, 72], 1],
    ["many tiles", [2, 19, 17, 20], [3, 3, 20, 36], 1],
    ["one tile, and channels that fill no panel", [1, 4, 4, 131], [3, 3, 131, 67], 1],
    ["one strip", [1, 4, 4, 96], [3, 3, 96, 101], 2],
    ["several strips", [1, 63, 61, 5], [3, 3, 5, 9], 2],
    ["one pixel", [1, 1, 1, 300], [1, 1, 300, 77], 1],
    ["pixels", [2, 7, 5, 40], [1, 1, 40, 30], 1],
    ["windows of five", [3, 9, 9, 6], [5, 5, 6, 7], 1],
    ["groups", [1, 8, 8, 16], [3, 3, 4, 24], 1, 4],
    ["no images", [0, 8, 8, 16], [3, 3, 16, 24], 1],
  ] as const)("conv2d, %s", async (_, x, w, strides, groups: number = 1) => {
    await tf.setBackend(backend);
    const [kept, apart] = await runs((x, w) => tf.relu(tf.conv2d(x, w, { strides, padding: "same", groups })), [...x], [...w]);
    expect(kept).toEqual(apart);
  });
  test.each([
    [[8, 300], [300, 77], false],
    [[13, 2000], [2000, 33], false],
    [[40, 65], [129, 65], true],
    [[2, 9, 31], [31, 17], false],
    [[3, 50], [50, 60], false],
  ] as const)("matMul, %j by %j, transposed: %s", async (x, w, transposeB) => {
    await tf.setBackend(backend);
    const [kept, apart] = await runs((x, w) => tf.matMul(x, w, { transposeB }), [...x], [...w]);
    expect(kept).toEqual(apart);
  });
});
