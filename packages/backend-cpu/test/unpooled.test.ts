// Masks and sums ahead of a pooling's gradient: what compiled functions give is what their ops give one by one, to the bit.
import { GradientTape } from "@antler/autodiff";
import { strictBackend } from "@antler/compiler/testing";
import * as tf from "@antler/tensor-core";
import { afterAll, describe, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";
import { randomNumbers } from "./kernel-bench.ts";

const backends: readonly (readonly [string, tf.Backend])[] = [
  ["reference", tf.createReferenceBackend()],
  ["strict", strictBackend()],
  ["cpu", createCpuBackend()],
  ["cpu, all generated", createCpuBackend({ handWritten: false })],
];
afterAll(async () => void (await tf.setBackend(tf.referenceBackend())));

type Options = NonNullable<Parameters<typeof tf.maxPool>[2]>;
interface Case {
  readonly name: string;
  readonly shape: readonly [number, number, number, number];
  readonly window: number;
  readonly options?: Options | undefined;
}
const cases: readonly Case[] = [
  { name: "windows side by side", shape: [3, 6, 8, 5], window: 2 },
  { name: "a row left over", shape: [2, 7, 5, 4], window: 2 },
  { name: "overlapping", shape: [2, 7, 7, 3], window: 3, options: { strides: 2 } },
  { name: "overlapping, padded", shape: [2, 6, 7, 3], window: 3, options: { strides: 1, padding: "same" } },
  // biome-ignore format: a pair for each axis
  { name: "windows wholly in the padding", shape: [2, 4, 4, 3], window: 2, options: { padding: [[2, 0], [0, 4]] } },
];

/** Eighths: their sums are exact, in whatever order. Many are equal, and many 0. */
function eighths(shape: readonly number[], seed: number): tf.Tensor {
  const random = randomNumbers(seed);
  const count = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, () => Math.floor(random() * 17 - 8) / 8),
    shape,
  );
}
const pooledShape = ({ shape, window, options }: Case): readonly number[] => tf.maxPool(tf.zeros(shape), window, options).dims as number[];
const arrays = (ts: readonly (tf.Tensor | null)[]): Promise<number[][]> =>
  Promise.all(ts.map(async (t) => Array.from((await t!.data()) as Float32Array)));
/** −0 is 0, and NaN is itself. */
const same = (got: readonly number[][], want: readonly number[][]): void =>
  got.forEach((g, k) => {
    expect(g).toHaveLength(want[k]!.length);
    g.forEach((v, i) =>
      expect(v === want[k]![i] || (Number.isNaN(v) && Number.isNaN(want[k]![i])), `${k}, ${i}: ${v}, ${want[k]![i]}`).toBe(true),
    );
  });

/** The gradients of `Σ f(pool(relu(x + b))) · weights`, and theirs of their products with further weights. */
const twice =
  ({ window, options }: Case, further: boolean) =>
  (x: tf.Tensor, b: tf.Tensor, weights: tf.Tensor, more: tf.Tensor): tf.Tensor[] => {
    const [outer, inner] = [new GradientTape({ persistent: true }), new GradientTape()];
    const [first, second] = outer.run(() => {
      for (const t of [x, b, weights]) outer.watch(t);
      const loss = inner.run(() => {
        for (const t of [x, b]) inner.watch(t);
        const y = tf.relu(tf.add(x, b));
        const p = tf.maxPool(y, window, options);
        const pooled = tf.sum(tf.mul(tf.where(tf.greater(p, 0), tf.square(p), p), weights));
        return further ? tf.add(pooled, tf.sum(tf.mul(y, more))) : pooled;
      });
      const [dx, db] = inner.gradient(loss, [x, b]) as tf.Tensor[];
      return [[dx!, db!], tf.add(tf.sum(tf.mul(dx!, more)), tf.sum(tf.square(db!)))] as const;
    });
    return [...first, ...(outer.gradient(second, [x, b, weights]) as tf.Tensor[])];
  };

describe.each(backends)("on %s", (_, backend) => {
  test.each(
    cases.flatMap((c) => [
      { ...c, further: false },
      { ...c, name: `${c.name}, and read by others`, further: true },
    ]),
  )("$name", async ({ further, ...c }) => {
    await tf.setBackend(tf.referenceBackend());
    const given = (): tf.Tensor[] => [eighths(c.shape, 1), eighths(c.shape.slice(3), 2), eighths(pooledShape(c), 3), eighths(c.shape, 4)];
    const f = twice(c, further);
    const want = await arrays(f(...(given() as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])));
    expect(want.every((w) => w.some((v) => v !== 0))).toBe(true);
    await tf.setBackend(backend);
    const [x, b, weights, more] = given() as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    same(await arrays(f(x, b, weights, more)), want);
    same(await arrays(tf.func(f)(x, b, weights, more)), want);
    const inputSignature = [x, b, weights, more].map((t) => ({
      shape: t.rank === 4 ? ["batch", ...(t.dims.slice(1) as number[])] : (t.dims as number[]),
      dtype: t.dtype,
    }));
    same(await arrays(tf.func(f, { inputSignature })(x, b, weights, more)), want);
  });

  test.each(cases)("$name: sums where nothing is masked", async ({ window, options, ...c }) => {
    await tf.setBackend(backend);
    const [x, b, weights] = [eighths(c.shape, 1), eighths(c.shape.slice(3), 2), eighths(pooledShape({ window, options, ...c }), 3)];
    const f = (x: tf.Tensor, b: tf.Tensor, weights: tf.Tensor): tf.Tensor[] => {
      const tape = new GradientTape();
      const p = tape.run(() => {
        tape.watch(b);
        return tf.maxPool(tf.add(x, b), window, options);
      });
      return [tape.gradient(p, b, { outputGradients: weights })!];
    };
    same(await arrays(tf.func(f)(x, b, weights)), await arrays(f(x, b, weights)));
  });

  test("numbers that are none, zeros of either sign, infinities", async () => {
    await tf.setBackend(backend);
    const random = randomNumbers(5);
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1];
    const drawn = (shape: readonly [number, number, number, number]): tf.Tensor =>
      tf.tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => odd[Math.floor(random() * odd.length)]!),
        shape,
      );
    const [x, dy] = [drawn([2, 12, 12, 3]), drawn([2, 6, 6, 3])];
    const f = (x: tf.Tensor, dy: tf.Tensor): tf.Tensor[] => {
      const tape = new GradientTape();
      const p = tape.run(() => {
        tape.watch(x);
        return tf.maxPool(tf.relu(x), 2);
      });
      return [tape.gradient(p, x, { outputGradients: dy })!];
    };
    const want = await arrays(f(x, dy));
    for (const v of odd) expect(want[0]!.includes(v)).toBe(true);
    same(await arrays(tf.func(f)(x, dy)), want);
  });
});
