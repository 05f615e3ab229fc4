/** Compiled functions beside the reference, on whole numbers of which sums are exact in any order, with sizes known and unknown. */
import * as tf from "@antler/tensor-core";
import { expect } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const reference = tf.createReferenceBackend();
export const cpu: tf.Backend = createCpuBackend({ threads: 3 });

export type Compute = (...xs: tf.Tensor[]) => tf.Tensor;

/** Small whole numbers. */
export const whole = (shape: readonly number[], dtype: tf.DType, seed: number): tf.Tensor =>
  tf.cast(tf.reshape(tf.mod(tf.mul(tf.iota([shape.reduce((a, b) => a * b, 1)]), seed), 101), shape), dtype);

/** Specs with names in the place of sizes; equal sizes have one name. */
const unsized = (
  shapes: readonly (readonly number[])[],
  dtype: tf.DType,
): { readonly shape: (number | string)[]; readonly dtype: tf.DType }[] =>
  shapes.map((shape) => ({ shape: shape.map((n) => (n === 1 ? 1 : `n${n}`)), dtype }));

/** Compares a compiled function with the reference, with sizes known and unknown. */
export async function agrees(compute: Compute, shapes: readonly (readonly number[])[], dtype: tf.DType): Promise<void> {
  let expected: number[] | undefined;
  for (const [backend, options] of [
    [reference, {}],
    [cpu, {}],
    [cpu, { inputSignature: unsized(shapes, dtype) }],
  ] as const) {
    await tf.setBackend(backend);
    const xs = shapes.map((shape, k) => whole(shape, dtype, 7 + 2 * k));
    const found = Array.from(
      (await tf
        .func(
          compute,
          options,
        )(...xs)
        .data()) as ArrayLike<number>,
      Number,
    );
    expect(found).toEqual((expected ??= found));
  }
}
