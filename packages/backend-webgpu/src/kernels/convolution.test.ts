// Convolutions and pooling, and their gradients, against the interpreter: whole numbers, whose sums are exact in any order.
import { valueAndGrad } from "@antler/autodiff";
import * as tf from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import { places } from "../../test/gpus.ts";
import { createWebGpuBackend } from "../index.ts";

const whole = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.cast(tf.randomUniform(shape, { seed: [seed, 0], minval: -4, maxval: 5, dtype: "int32" }), "float32");

interface Case {
  readonly name: string;
  readonly x: readonly number[];
  readonly filter: readonly number[];
  readonly call: (x: tf.Tensor, filter: tf.Tensor) => tf.Tensor;
}
const same = { padding: "same" } as const;
const cases: readonly Case[] = [
  { name: "by fours, a long filter gradient", x: [2, 13, 11, 4], filter: [3, 3, 4, 8], call: (x, w) => tf.conv2d(x, w, same) },
  { name: "three channels, strides", x: [2, 11, 13, 3], filter: [3, 5, 3, 7], call: (x, w) => tf.conv2d(x, w, { ...same, strides: 2 }) },
  {
    name: "strides and dilations that share a divisor, uneven padding",
    x: [1, 17, 16, 4],
    filter: [3, 2, 4, 5],
    call: (x, w) => tf.conv2d(x, w, { strides: [4, 3], dilations: [2, 3], padding: [[1, 4], [0, 2]] }), // biome-ignore format: pairs
  },
  { name: "strides beyond the window", x: [1, 9, 8, 2], filter: [2, 1, 2, 4], call: (x, w) => tf.conv2d(x, w, { strides: [3, 2] }) },
  { name: "one pixel", x: [2, 5, 7, 6], filter: [1, 1, 6, 5], call: (x, w) => tf.conv2d(x, w) },
  { name: "groups by fours", x: [2, 6, 5, 8], filter: [3, 3, 4, 8], call: (x, w) => tf.conv2d(x, w, { ...same, groups: 2 }) },
  { name: "groups", x: [2, 6, 5, 6], filter: [3, 3, 2, 9], call: (x, w) => tf.conv2d(x, w, { groups: 3, strides: 2 }) },
  { name: "transposed", x: [2, 5, 4, 4], filter: [3, 3, 5, 4], call: (x, w) => tf.conv2dTranspose(x, w, { ...same, strides: 2 }) },
  { name: "depthwise by fours", x: [2, 17, 9, 8], filter: [3, 3, 8, 1], call: (x, w) => tf.depthwiseConv2d(x, w, same) },
  { name: "depthwise, strides", x: [2, 12, 9, 5], filter: [3, 2, 5, 1], call: (x, w) => tf.depthwiseConv2d(x, w, { strides: [2, 3] }) },
  { name: "depthwise, dilations", x: [1, 9, 9, 4], filter: [3, 3, 4, 1], call: (x, w) => tf.depthwiseConv2d(x, w, { dilations: 2 }) },
  { name: "along lines", x: [3, 17, 5], filter: [3, 5, 7], call: (x, w) => tf.conv1d(x, w, same) },
  { name: "volumes", x: [1, 5, 4, 3, 3], filter: [3, 2, 3, 3, 4], call: (x, w) => tf.conv3d(x, w, { ...same, strides: 2 }) },
  { name: "maxima of overlapping windows", x: [2, 9, 7, 4], filter: [1], call: (x) => tf.maxPool(x, 3, { ...same, strides: 2 }) },
  { name: "maxima, three channels", x: [2, 9, 7, 3], filter: [1], call: (x) => tf.maxPool(x, [2, 3]) },
  { name: "no images", x: [0, 9, 7, 4], filter: [3, 3, 4, 4], call: (x, w) => tf.conv2d(x, w) },
];

describe.each(places)("$place", ({ gpu, limits }) => {
  const gpuBackend = Promise.resolve(gpu()).then((found) => createWebGpuBackend({ gpu: found, limits }));

  test.each(cases)(
    "$name",
    async ({ x, filter, call }) => {
      const results: number[][][] = [];
      for (const backend of [tf.createReferenceBackend(), await gpuBackend]) {
        await tf.setBackend(backend);
        const shape = call(whole(x, 1), whole(filter, 2)).shape;
        const loss = valueAndGrad((a: tf.Tensor, w: tf.Tensor) => tf.add(tf.sum(tf.mul(call(a, w), whole(shape, 3))), tf.sum(w)));
        const { grads } = loss(whole(x, 1), whole(filter, 2)) as { grads: readonly tf.Tensor[] };
        const all = [call(whole(x, 1), whole(filter, 2)), ...grads];
        results.push(await Promise.all(all.map(async (t) => [...(await t.data())] as number[])));
      }
      expect(results[1]).toEqual(results[0]);
    },
    240_000,
  );
});
