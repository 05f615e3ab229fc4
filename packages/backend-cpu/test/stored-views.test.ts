/** Stored views with other neighbours than before: every order of axes, slices, reversed and repeated axes, in all sizes of elements. */
import * as tf from "@antler/tensor-core";
import { expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const [reference, cpu] = [tf.createReferenceBackend(), createCpuBackend()];

const orders = (axes: readonly number[]): number[][] =>
  axes.length < 2 ? [[...axes]] : axes.flatMap((a) => orders(axes.filter((b) => b !== a)).map((rest) => [a, ...rest]));

const views: readonly { readonly name: string; readonly shape: readonly number[]; readonly view: (x: tf.Tensor) => tf.Tensor }[] = [
  ...orders([0, 1, 2, 3]).map((order) => ({
    name: `order ${order}`,
    shape: [3, 5, 2, 7],
    view: (x: tf.Tensor) => tf.transpose(x, order),
  })),
  { name: "blocks and their edges", shape: [131, 70], view: (x) => tf.transpose(x) },
  { name: "axes of size 1", shape: [1, 9, 1, 6], view: (x) => tf.transpose(x, [3, 2, 1, 0]) },
  { name: "a part", shape: [9, 11, 6], view: (x) => tf.transpose(tf.slice(x, [2, 1, 3], [5, 9, 3]), [2, 0, 1]) },
  { name: "backwards", shape: [6, 10], view: (x) => tf.reverse(x, 1) },
  { name: "every third", shape: [6, 10], view: (x) => tf.stridedSlice(x, [0, 1], [6, 10], [2, 3]) },
  { name: "repeated", shape: [6, 1], view: (x) => tf.broadcastTo(x, [4, 6, 8]) },
  { name: "nothing", shape: [4, 0], view: (x) => tf.transpose(x) },
];

test.each(views)("$name", async ({ shape, view }) => {
  for (const dtype of ["float32", "int32", "int16", "bool"] as const) {
    const results: tf.TypedArray[] = [];
    for (const backend of [reference, cpu]) {
      await tf.setBackend(backend);
      const count = shape.reduce((a, b) => a * b, 1);
      results.push(await view(tf.cast(tf.reshape(tf.mod(tf.iota([count]), 251), shape), dtype)).data());
    }
    expect([...results[1]!]).toEqual([...results[0]!]);
  }
});
