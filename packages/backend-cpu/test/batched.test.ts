/** Products of many matrices at once, finished by an epilogue: every batch is multiplied and finished once. */
import * as tf from "@antler/tensor-core";
import { expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const [reference, cpu] = [tf.createReferenceBackend(), createCpuBackend()];
const whole = (shape: number[], seed: number): tf.Tensor =>
  tf.randomUniform(shape, { seed: [seed, 0], minval: -4, maxval: 5, dtype: "int32" });

test.each([
  { name: "separate", a: [3, 5, 4], b: [3, 4, 7] },
  { name: "one B", a: [3, 5, 4], b: [4, 7] },
  { name: "one A", a: [5, 4], b: [3, 4, 7] },
  { name: "two axes, each broadcast once", a: [2, 1, 5, 4], b: [1, 3, 4, 7] },
  { name: "two axes, one B of each", a: [2, 3, 5, 4], b: [2, 1, 4, 7] },
])("$name", async ({ a, b }) => {
  const results: tf.TypedArray[] = [];
  for (const backend of [reference, cpu]) {
    await tf.setBackend(backend);
    const f = tf.func((x: tf.Tensor, y: tf.Tensor, bias: tf.Tensor) => tf.relu(tf.add(tf.matMul(x, y), bias)));
    // Whole numbers: sums are exact in any order.
    const inputs = [whole(a, 1), whole(b, 2), whole([7], 3)].map((t) => tf.cast(t, "float32")) as [tf.Tensor, tf.Tensor, tf.Tensor];
    results.push(await f(...inputs).data());
  }
  expect([...results[1]!]).toEqual([...results[0]!]);
});
