// Kernels that read along another axis than they write, and rows of folds that are finished together: squares, and what is left over.
import * as tf from "@antler/tensor-core";
import { test } from "vitest";
import { agrees } from "./agreement.ts";

const orders = (axes: readonly number[]): number[][] =>
  axes.length < 2 ? [[...axes]] : axes.flatMap((a) => orders(axes.filter((b) => b !== a)).map((rest) => [a, ...rest]));

const dtypes = ["float32", "float64", "bfloat16", "int64", "int32", "int16", "uint8", "bool"] as const;

test.each(dtypes)("a transpose beside what lies straight, %s", async (dtype) => {
  const compute = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
    dtype === "bool" ? tf.logicalXor(tf.transpose(x), y) : tf.add(tf.transpose(x), y);
  for (const [r, c] of [
    [4, 8],
    [5, 7],
    [21, 83],
    [130, 67],
  ] as const)
    await agrees(compute, [[r, c], [c, r]], dtype); // biome-ignore format: pairs
});

test.each(orders([0, 1, 2, 3]))("order %i, %i, %i, %i, with a bias along each axis", async (...order) => {
  const shape = [5, 6, 18, 9];
  const turned = order.map((k) => shape[k]!);
  const biases = turned.map((n, k) => turned.map((_, i) => (i === k ? n : 1)));
  const compute = (x: tf.Tensor, ...bs: tf.Tensor[]): tf.Tensor => bs.reduce(tf.add, tf.transpose(x, order));
  await agrees(compute, [shape, ...biases], "float32");
});

test("large ones are shared by threads", async () => {
  await agrees((x, y) => tf.add(tf.transpose(x), y), [[700, 501], [501, 700]], "float32"); // biome-ignore format: pairs
});

test.each(["float32", "float64", "bfloat16", "int32"] as const)("rows finished together, %s", async (dtype) => {
  const finished = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
    let z = tf.sum(x, { axis: -1 });
    for (let k = 0; k < 14; k++) z = tf.minimum(tf.mul(tf.sub(z, y), k % 3), 50);
    return z;
  };
  for (const [r, c] of [
    [3, 9],
    [16, 8],
    [47, 13],
    [2019, 70],
  ] as const)
    await agrees(finished, [[r, c], [r]], dtype);
  await agrees((x) => tf.mul(tf.max(x, { axis: -1 }), 2), [[5, 11, 17]], dtype);
});
