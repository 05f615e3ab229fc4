// Folds of all lengths, by one lane and by teams of lanes that walk rows or columns, in numbers that come out exact.
import { any, argMax, cast, func, mod, mul, range, reshape, setBackend, sub, sum, type Tensor } from "@antler/tensor-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createWebGpuBackend, type WebGpuDevice } from "../src/index.ts";

let pipelines: () => number;
const lengths = [31, 32, 100, 300, 1999, 2100] as const;
const others = [1, 3, 37] as const;
const cases = lengths.flatMap((n) => others.map((m) => [n, m] as const));
/** The element at a flat place: whole numbers of both signs. */
const value = (i: number): number => ((i * 37) % 101) - 50;
const filled = (shape: readonly number[]): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  return cast(reshape(sub(mod(mul(range(0, count), 37), 101), 50), [...shape]), "float32");
};
const numbers = async (x: Tensor): Promise<number[]> => Array.from((await cast(x, "float32").data()) as ArrayLike<number>);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const greatest = (x: readonly number[]): number => x.indexOf(Math.max(...x));

describe.each([{}, { subgroup: 1 }])("limits %o", (limits) => {
  beforeAll(async () => {
    const backend = await createWebGpuBackend({ limits });
    await setBackend(backend);
    pipelines = () => (backend.device as WebGpuDevice).statistics.pipelines;
  });

  it.each(cases)("rows and columns of %i, %i of them", async (n, m) => {
    const rows = upTo(m).map((r) => upTo(n).map((c) => value(r * n + c)));
    const columns = upTo(m).map((c) => upTo(n).map((r) => value(r * m + c)));
    for (const [lines, shape, axis] of [
      [rows, [m, n], 1],
      [columns, [n, m], 0],
    ] as const) {
      const x = filled(shape);
      expect(await numbers(sum(x, { axis }))).toEqual(lines.map(total));
      expect(await numbers(sum(cast(x, "int32"), { axis }))).toEqual(lines.map(total));
      expect(await numbers(argMax(x, axis))).toEqual(lines.map(greatest));
      expect(await numbers(any(cast(sub(x, 50), "bool"), { axis }))).toEqual(lines.map((l) => (l.some((v) => v !== 50) ? 1 : 0)));
      // Narrow results of shared folds: halves of whole numbers, which sums as small as these keep.
      const halves = await numbers(cast(sum(cast(mod(x, 2), "float16"), { axis }), "float16"));
      expect(halves).toEqual(lines.map((l) => total(l.map((v) => Math.abs(v % 2)))));
    }
  });

  it("two axes around a third", async () => {
    const [a, b, c] = [9, 5, 41] as const;
    const want = upTo(b).map((j) => total(upTo(a).flatMap((i) => upTo(c).map((k) => value((i * b + j) * c + k)))));
    expect(await numbers(sum(filled([a, b, c]), { axis: [0, 2] }))).toEqual(want);
  });

  it("a fold over batches of every size is one pipeline", async () => {
    const f = func((x: Tensor) => sum(x, { axis: 0 }), { inputSignature: [{ shape: [null, 7], dtype: "float32" }] });
    await f(filled([5, 7])).data();
    for (const n of [1, 40, 300, 2100]) {
      const x = filled([n, 7]);
      const before = pipelines();
      const y = f(x);
      expect(pipelines()).toBe(before);
      expect(await numbers(y)).toEqual(upTo(7).map((c) => total(upTo(n).map((r) => value(r * 7 + c)))));
    }
  });
});
