/** Convolutions of every kind, finished by an epilogue that adds a bias and applies an activation: equal to the reference. */
import * as tf from "@antler/tensor-core";
import { expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const [reference, cpu] = [tf.createReferenceBackend(), createCpuBackend()];
// Whole numbers: sums are exact in any order.
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
  { name: "conv1d", x: [3, 17, 5], filter: [3, 5, 7], call: (x, w) => tf.conv1d(x, w, same) },
  { name: "conv3d", x: [2, 5, 4, 3, 3], filter: [3, 2, 3, 3, 6], call: (x, w) => tf.conv3d(x, w, { ...same, strides: 2 }) },
  { name: "conv2d of groups", x: [2, 6, 5, 6], filter: [3, 3, 2, 9], call: (x, w) => tf.conv2d(x, w, { groups: 3 }) },
  { name: "conv2d of groups of one", x: [2, 6, 5, 6], filter: [3, 3, 1, 6], call: (x, w) => tf.conv2d(x, w, { ...same, groups: 6 }) },
  { name: "depthwise", x: [2, 12, 9, 5], filter: [3, 3, 5, 1], call: (x, w) => tf.depthwiseConv2d(x, w, same) },
  { name: "depthwise, several filters", x: [2, 6, 5, 3], filter: [2, 3, 3, 4], call: (x, w) => tf.depthwiseConv2d(x, w) },
  { name: "depthwise along lines", x: [2, 19, 5], filter: [4, 5, 1], call: (x, w) => tf.depthwiseConv1d(x, w, { ...same, strides: 3 }) },
];

test.each(cases)("$name", async ({ x, filter, call }) => {
  const results: tf.TypedArray[] = [];
  for (const backend of [reference, cpu]) {
    await tf.setBackend(backend);
    const channels = call(whole(x, 1), whole(filter, 2)).shape.at(-1)!;
    const f = tf.func((a: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) => tf.relu(tf.add(call(a, w), bias)));
    results.push(await f(whole(x, 1), whole(filter, 2), whole([channels], 3)).data());
  }
  expect(results[1]).toEqual(results[0]);
});
