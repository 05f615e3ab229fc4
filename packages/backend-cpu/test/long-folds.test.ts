// Long folds with few results: cut in parts that threads share, with the same bits however many they are.
import * as tf from "@antler/tensor-core";
import { onBackend } from "@antler/tensor-core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const cpu = createCpuBackend({ threads: 1 });
afterAll(() => cpu.dispose());

/** Numbers of both signs, more of them positive. */
const numbers = (n: number): Float64Array => {
  let state = 9;
  return Float64Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround(state / 2 ** 31 - 0.75);
  });
};
const names = (specs: readonly tf.Spec[], fn: (...xs: readonly tf.Tensor[]) => tf.Tensor): string[] => {
  const { graph } = tf.trace(
    "test",
    specs,
    (xs) => fn(...xs),
    (y) => [y],
  );
  return cpu
    .compile(graph)
    .executable.kernels()
    .map((k) => k.name);
};

/** Rows [before, elements, after], folded along the middle; a prime, a power of two, and something in between. */
const shapes = [
  [1, 1_000_003, 1],
  [1, 2 ** 18, 1],
  [1, 150_000, 3],
  [3, 100_003, 1],
  [2, 9001, 33],
] as const;

describe.each(shapes)("%i × %i × %i", (before, n, after) => {
  const shape = [before, n, after];
  const data = numbers(before * n * after);
  const results = Array.from({ length: before * after }, (_, r) => ({ from: Math.floor(r / after) * n * after + (r % after) }));
  /** What float64 makes of each result's elements. */
  const each = <T>(of: (element: (k: number) => number) => T): T[] => results.map(({ from }) => of((k) => data[from + k * after]!));
  const along = { axis: 1 } as const;

  test("is cut", () => {
    expect(names([tf.makeSpec(shape, "float32")], (x) => tf.sum(x!, along))).toEqual(["sum parts", "sum"]);
  });
  test.each([
    ["float32", 2 ** -24],
    ["float64", 2 ** -53],
  ] as const)("sums in %s", async (dtype, unit) => {
    const got = await onBackend(cpu, () => tf.sum(tf.tensor(data, shape, dtype), along)).data();
    const sums = each((element) => {
      let [sum, size] = [0, 0];
      for (let k = 0; k < n; k++) {
        sum += element(k);
        size += Math.abs(element(k));
      }
      return { sum, size };
    });
    // No element goes through more additions than a part has elements, and then there are parts: twice as many as wanted, at most.
    const parts = Math.min(512 / results.length, Math.sqrt(n));
    const additions = 2 * (n / parts) + 2 * parts;
    // float64 itself, one after another, is what the other is compared with.
    const exact = (dtype === "float64" ? n : 0) * unit;
    sums.forEach(({ sum, size }, r) => {
      expect(Math.abs(Number(got[r]) - sum)).toBeLessThanOrEqual((additions * unit + exact) * size);
    });
  });
  test("largest, and where", async () => {
    const x = (): tf.Tensor => tf.tensor(data, shape, "float32");
    const best = each((element) => {
      let at = 0;
      for (let k = 1; k < n; k++) if (element(k) > element(at)) at = k;
      return { at, value: element(at) };
    });
    expect([...(await onBackend(cpu, () => tf.argMax(x(), 1)).data())]).toEqual(best.map((b) => b.at));
    expect([...(await onBackend(cpu, () => tf.max(x(), along)).data())]).toEqual(best.map((b) => b.value));
  });
  test("whole numbers, exactly: 64 bits, 16 bits, and halves that add up in 32", async () => {
    const whole = Int32Array.from(data, (v) => Math.trunc(v * 100));
    const total = (bits: Int32Array, modulo: (v: number) => number): number[] =>
      results.map(({ from }) => {
        let sum = 0;
        for (let k = 0; k < n; k++) sum = modulo(sum + bits[from + k * after]!);
        return sum;
      });
    const sums = async (dtype: tf.DType, of: Int32Array): Promise<number[]> => {
      const x = (): tf.Tensor => tf.cast(tf.tensor(of, shape, "int32"), dtype);
      return Array.from(await onBackend(cpu, () => tf.cast(tf.sum(x(), along), "float64")).data(), Number);
    };
    expect(await sums("int64", whole)).toEqual(total(whole, (v) => v));
    expect(await sums("int16", whole)).toEqual(total(whole, (v) => (v << 16) >> 16));
    // Ones and minus ones: every sum on the way is a whole number that float32 has, and so is the mean's.
    const signs = Int32Array.from(data, (v) => (v > -0.25 ? 1 : -1));
    for (const dtype of ["float16", "bfloat16"] as const) {
      const rounded = (): tf.Tensor => tf.cast(tf.cast(tf.tensor(total(signs, (v) => v)), dtype), "float64");
      expect(await sums(dtype, signs)).toEqual([...(await onBackend(tf.referenceBackend(), rounded).data())]);
    }
  });
});

test("NaN and infinities go through parts as through one piece", async () => {
  const x = numbers(300_007);
  const sumWith = async (changes: readonly (readonly [number, number])[]): Promise<number> => {
    const data = Float32Array.from(x);
    for (const [at, value] of changes) data[at] = value;
    return Number((await onBackend(cpu, () => tf.sum(tf.tensor(data))).data())[0]);
  };
  const infinity = Number.POSITIVE_INFINITY;
  // The first part, one in the middle, and what is left over behind the last.
  for (const at of [0, 150_000, 300_006]) {
    expect(await sumWith([[at, infinity]])).toBe(infinity);
    expect(await sumWith([[at, Number.NaN]])).toBeNaN();
  }
  expect(
    await sumWith([
      [5, infinity],
      [299_999, -infinity],
    ]),
  ).toBeNaN();
  const nans = Float32Array.from(x).fill(Number.NaN, 200_000);
  expect([...(await onBackend(cpu, () => tf.argMax(tf.tensor(nans))).data())]).toEqual([200_000]);
});

test("one, two and eight threads: the same bits", { timeout: 60_000 }, async () => {
  const results: number[][] = [];
  for (const threads of [1, 2, 8]) {
    const backend = createCpuBackend({ threads });
    await tf.setBackend(backend);
    const f = tf.func(
      (x: tf.Tensor, y: tf.Tensor) => [
        tf.sum(x),
        tf.mean(tf.exp(x)),
        tf.argMin(x),
        ...[y, tf.square(y)].map((t) => tf.sum(t, { axis: [0, 1] })),
        tf.prod(tf.add(1, tf.mul(y, 1e-6)), { axis: 0 }),
      ],
      {
        inputSignature: [
          { shape: [1_000_003], dtype: "float32" },
          { shape: ["batch", 784, 24], dtype: "float32" },
        ],
      },
    );
    const [x, y] = [tf.tensor(numbers(1_000_003), undefined, "float32"), tf.tensor(numbers(40 * 784 * 24), [40, 784, 24], "float32")];
    let bits: number[] = [];
    for (let run = 0; run < 5; run++) {
      // Workers come to life while nothing waits for them.
      await new Promise((resolve) => setTimeout(resolve, 50));
      bits = f(x, y).flatMap((t) => [...new Int32Array(t.dataSync().slice().buffer)]);
      results.push(bits);
    }
    await tf.setBackend(tf.referenceBackend());
    backend.dispose();
  }
  for (const bits of results) expect(bits).toEqual(results[0]);
});
