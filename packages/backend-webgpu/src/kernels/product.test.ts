// Products of matrices against float64: every kernel and tile, sizes that none of them divides, and long sums.
import * as tf from "@antler/tensor-core";
import { beforeAll, describe, expect, test } from "vitest";
import { gpuWithHalves, type Place, places } from "../../test/gpus.ts";
import { createWebGpuBackend } from "../index.ts";

interface Case {
  readonly name: string;
  readonly batch?: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly dtype?: tf.DType;
  /** Elements before the first of the left operand: a view of a longer array. */
  readonly skip?: number;
}
const cases: readonly Case[] = [
  { name: "primes", m: 67, k: 131, n: 71 },
  { name: "primes, both transposed", m: 37, k: 53, n: 41, transposeA: true, transposeB: true },
  { name: "by fours", m: 72, k: 144, n: 68 },
  { name: "by fours, right transposed", m: 72, k: 144, n: 68, transposeB: true },
  { name: "by fours, left transposed, a long sum", m: 68, k: 4100, n: 72, transposeA: true },
  { name: "few rows, a long sum", m: 3, k: 5003, n: 29 },
  { name: "one row, by fours", m: 1, k: 2052, n: 132 },
  { name: "one row, right transposed", m: 1, k: 516, n: 44, transposeB: true },
  { name: "few columns", m: 75, k: 1031, n: 2 },
  { name: "one column, a long sum", m: 40, k: 4096, n: 4 },
  { name: "up to sixteen rows", m: 13, k: 37, n: 130 },
  { name: "up to sixteen columns", m: 130, k: 37, n: 13 },
  { name: "a view that begins between fours", m: 36, k: 40, n: 36, skip: 3 },
  { name: "a batch", batch: 5, m: 19, k: 23, n: 31 },
  { name: "nothing to sum", m: 5, k: 0, n: 7 },
  { name: "no rows", m: 0, k: 5, n: 7 },
  { name: "float16", m: 36, k: 100, n: 40, dtype: "float16" },
  { name: "float16, odd", m: 35, k: 101, n: 39, dtype: "float16" },
  { name: "bfloat16", m: 36, k: 100, n: 40, dtype: "bfloat16" },
  { name: "float16, few rows", m: 2, k: 600, n: 40, dtype: "float16" },
  { name: "the largest tile", m: 2040, k: 12, n: 2052 },
];
/** Half of the distance between 1 and the next number. */
const unit = (dtype: tf.DType): number => ({ float16: 2 ** -11, bfloat16: 2 ** -8 })[dtype as string] ?? 2 ** -24;

const program: Place = {
  place: "an adapter with float16, cut for a program",
  gpu: gpuWithHalves,
  limits: { isSoftware: true },
  dtypes: ["float16"],
};
describe.each([...places, program])("$place", ({ gpu, limits, dtypes }) => {
  beforeAll(async () => tf.setBackend(await createWebGpuBackend({ gpu: await gpu(), limits })));

  test.each(cases.filter(({ dtype = "float32" }) => dtypes.includes(dtype)))(
    "$name",
    async (c) => {
      const { batch = 1, m, k, n, transposeA = false, transposeB = false, dtype = "float32", skip = 0 } = c;
      const random = (count: number, seed: number): tf.Tensor => tf.cast(tf.randomNormal([count], { seed: [seed, 1] }), dtype);
      const [left, right] = [random(skip + batch * m * k, 1), random(batch * k * n, 2)];
      const read = async (x: tf.Tensor): Promise<Float32Array> => (await tf.cast(x, "float32").data()) as Float32Array;
      const [a, b] = [(await read(left)).subarray(skip), await read(right)];
      const f = tf.func((x: tf.Tensor, y: tf.Tensor) => {
        const matrices = tf.reshape(tf.slice(x, [skip], [batch * m * k]), [batch, ...(transposeA ? [k, m] : [m, k])]);
        return tf.matMul(matrices, tf.reshape(y, [batch, ...(transposeB ? [n, k] : [k, n])]), { transposeA, transposeB });
      });
      const result = await read(f(left, right));
      expect(result.length).toBe(batch * m * n);
      let worst = 0;
      for (let z = 0; z < batch; z++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let [sum, size] = [0, 0];
            for (let q = 0; q < k; q++) {
              const term = a[z * m * k + (transposeA ? q * m + i : i * k + q)]! * b[z * k * n + (transposeB ? j * k + q : q * n + j)]!;
              sum += term;
              size += Math.abs(term);
            }
            // k products and sums in any order are off by ε/2 each, relative to Σ|terms|; storing rounds once more.
            const bound = (k + 1) * 2 ** -24 * size + unit(dtype) * Math.abs(sum);
            worst = Math.max(worst, Math.abs(result[(z * m + i) * n + j]! - sum) / (bound || Number.MIN_VALUE));
          }
        }
      }
      expect(worst).toBeLessThanOrEqual(1);
    },
    120_000,
  );

  test.runIf(dtypes.includes("float16"))(
    "infinite, subnormal and missing numbers of 16 bits are what they are",
    async () => {
      const x = [Number.POSITIVE_INFINITY, 2 ** -24, -(2 ** -15), 65504, Number.NaN, 3];
      const products = tf.matMul(tf.tensor(x, [6, 1], "float16"), tf.tensor([1, -2], [1, 2], "float16"));
      const expected = x.flatMap((v) => [v, v === 65504 ? Number.NEGATIVE_INFINITY : -2 * v]);
      expect([...(await tf.cast(products, "float32").data())]).toEqual(expected);
    },
    60_000,
  );
});
