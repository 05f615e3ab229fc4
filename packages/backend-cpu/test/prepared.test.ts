/** Matrices that all steps of a scan share are packed before the first: the results are those of steps on their own. */
import * as tf from "@antler/tensor-core";
import { afterAll, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const [reference, cpu] = [tf.createReferenceBackend(), createCpuBackend()];
const whole = (shape: number[], seed: number): tf.Tensor =>
  tf.cast(tf.randomUniform(shape, { seed: [seed, 0], minval: -3, maxval: 4, dtype: "int32" }), "float32");
afterAll(() => tf.setBackend(tf.referenceBackend()));

interface Sizes {
  readonly steps: number;
  readonly rows: number;
  readonly columns: number;
}

/** Along the steps: `h ← relu(x + h·u − 40)`, and beside it a product with a matrix that changes. */
const walk = tf.func((x: tf.Tensor, u: tf.Tensor, h: tf.Tensor, transposeB: boolean) => {
  const body = ([h, v]: readonly tf.Tensor[], x: tf.Tensor): [readonly tf.Tensor[], tf.Tensor] => {
    const next = tf.minimum(tf.relu(tf.sub(tf.add(x, tf.matMul(h!, u, { transposeB })), 40)), 3);
    return [[next, tf.neg(v!)], tf.matMul(next, v!)];
  };
  const [[end], products] = tf.scan(body, [h, u] as readonly tf.Tensor[], x);
  return [end!, products] as const;
});

test.each<Sizes>([
  { steps: 5, rows: 7, columns: 13 },
  { steps: 4, rows: 32, columns: 40 },
  { steps: 3, rows: 2, columns: 8 },
  { steps: 1, rows: 8, columns: 8 },
  { steps: 0, rows: 8, columns: 8 },
])("$steps steps of $rows rows and $columns columns", async ({ steps, rows, columns }) => {
  for (const transposeB of [false, true]) {
    const results: number[][] = [];
    for (const backend of [reference, cpu]) {
      await tf.setBackend(backend);
      const inputs = [whole([steps, rows, columns], 1), whole([columns, columns], 2), whole([rows, columns], 3)] as const;
      const [end, products] = walk(...inputs, transposeB);
      // Whole numbers: sums are exact in any order.
      results.push([...(await end.data()), ...(await products.data())] as number[]);
    }
    expect(results[1]).toEqual(results[0]);
  }
});
