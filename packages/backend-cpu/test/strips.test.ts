// Folds over rows go by strips of columns, whose accumulators wait in memory: whole strips, parts of one, and what fills no vector.
import * as tf from "@antler/tensor-core";
import { onBackend } from "@antler/tensor-core/testing";
import { describe, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";
import { agrees, cpu, whole } from "./agreement.ts";

/** Rows and columns: a strip and a bit, less than one, and rows of blocks that are not full. */
const shapes = [
  [17, 33],
  [24, 64],
  [41, 131],
  [100, 1100],
  [19, 4200],
] as const;

describe.each(shapes)("%i × %i", (rows, columns) => {
  test.each(["float32", "float64", "bfloat16", "int64", "int32", "uint8"] as const)("sums, %s", async (dtype) => {
    await agrees((x) => tf.sum(x, { axis: 0 }), [[rows, columns]], dtype);
  });
  test("truths", async () => {
    await agrees((x) => tf.any(x, { axis: 0 }), [[rows, columns]], "bool");
    await agrees((x) => tf.cast(tf.all(x, { axis: 0 }), "int32"), [[rows, columns]], "bool");
  });
  test("two sums in one kernel, finished with what lies along the columns", async () => {
    const compute = (x: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.add(tf.sum(tf.mul(x, b), { axis: 0 }), tf.add(b, tf.sum(tf.square(x), { axis: 0 })));
    await agrees(compute, [[rows, columns], [columns]], "float32"); // biome-ignore format: pairs
  });
  test("places of the largest", async () => {
    await agrees((x) => tf.cast(tf.argMax(x, 0), "float32"), [[rows, columns]], "float32");
    await agrees((x) => tf.cast(tf.argMin(x, 0), "float32"), [[rows, columns]], "float64");
  });
  test("of many matrices, and over more than one axis", async () => {
    await agrees((x) => tf.sum(x, { axis: 1 }), [[3, rows, columns]], "float32");
    await agrees((x) => tf.sum(x, { axis: [0, 2] }), [[2, 3, rows, columns]], "int32");
  });
});

test("bits are the same on any number of threads", async () => {
  const rows = 3000;
  for (const columns of [130, 700, 5000]) {
    const of = async (threads: number): Promise<tf.TypedArray> => {
      const backend = createCpuBackend({ threads });
      const y = onBackend(backend, () => {
        const x = tf.randomNormal([rows, columns], { seed: [1, 2] });
        return tf.func(() => tf.mean(tf.square(tf.sub(x, tf.mean(x, { axis: 0 }))), { axis: 0 }))();
      });
      const data = await y.data();
      backend.dispose?.();
      return data;
    };
    const alone = await of(1);
    for (const threads of [2, 5]) expect(await of(threads)).toEqual(alone);
  }
});

test("a strip is no place for what a kernel is given besides", async () => {
  await tf.setBackend(cpu);
  const x = whole([50, 200], "float32", 3);
  const many = Array.from({ length: 40 }, (_, i) => whole([50, 200], "float32", 5 + 2 * i));
  const compute = (...xs: tf.Tensor[]): tf.Tensor => tf.sum(xs.reduce(tf.add), { axis: 0 });
  const y = await tf
    .func(compute)(x, ...many)
    .data();
  await tf.setBackend(tf.createReferenceBackend());
  const copies = [whole([50, 200], "float32", 3), ...many.map((_, i) => whole([50, 200], "float32", 5 + 2 * i))];
  expect(y).toEqual(await compute(...copies).data());
});
