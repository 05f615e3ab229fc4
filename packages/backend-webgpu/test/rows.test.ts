// Rows of every length, shared by few and many lanes, against float64 loops; each op is one dispatch.
import { logSoftmax, moments, setBackend, softmax, sparseSoftmaxCrossEntropyWithLogits, type Tensor, tensor } from "@antler/tensor-core";
import { epsilon } from "@antler/tensor-core/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { createWebGpuBackend, type WebGpuDevice } from "../src/index.ts";

let dispatches: () => number;
const lengths = [1, 2, 7, 8, 9, 16, 17, 100, 255, 256, 257, 513, 1009] as const;
const counts = [1, 3, 19] as const;
const shapes = lengths.flatMap((n) => counts.map((rows) => [rows, n] as const));
const unit = epsilon("float32");

/** Numbers in (−20, 20) that a float32 holds. */
const value = (row: number, column: number): number => Math.fround(20 * Math.sin(row * 7.3 + column * 1.7));
const rowsOf = ([rows, n]: readonly [number, number]): number[][] =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: n }, (_, c) => value(r, c)));
const logSumOf = (x: readonly number[]): number => {
  const most = Math.max(...x);
  return most + Math.log(x.reduce((a, v) => a + Math.exp(v - most), 0));
};
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

/** What ops gave, and how many dispatches it took. */
async function made(...ys: readonly (() => Tensor)[]): Promise<number[][]> {
  const before = dispatches();
  const tensors = ys.map((y) => y());
  expect(dispatches() - before).toBe(ys.length);
  return Promise.all(tensors.map(async (y) => Array.from((await y.data()) as ArrayLike<number>)));
}
function expectNear(got: readonly number[], want: readonly number[], off: (want: number) => number): void {
  expect(got.length).toBe(want.length);
  got.forEach((v, i) => void expect(Math.abs(v - want[i]!), `element ${i}: ${v} instead of ${want[i]}`).toBeLessThanOrEqual(off(want[i]!)));
}

describe.each([{}, { subgroup: 1 }])("limits %o", (limits) => {
  beforeAll(async () => {
    const backend = await createWebGpuBackend({ limits });
    await setBackend(backend);
    dispatches = () => (backend.device as WebGpuDevice).statistics.dispatches;
  });

  it.each(shapes)("%i rows of %i", async (...shape) => {
    const rows = rowsOf(shape);
    const n = shape[1];
    const x = tensor(rows);
    const [shares, logs] = await made(
      () => softmax(x),
      () => logSoftmax(x),
    );
    // x − max rounds to half a unit of at most 40, functions and quotients to a few units, a sum once for each element.
    const relative = (40 + 8 + n) * unit;
    expectNear(
      shares!,
      rows.flatMap((r) => r.map((v) => Math.exp(v - logSumOf(r)))),
      (v) => relative * v + 2 ** -126,
    );
    expectNear(
      logs!,
      rows.flatMap((r) => r.map((v) => v - logSumOf(r))),
      () => (120 + n) * unit,
    );

    const labels = rows.map((_, r) => (r * 5) % n);
    const places = tensor(labels, [labels.length], "int32");
    const [losses] = await made(() => sparseSoftmaxCrossEntropyWithLogits(places, x));
    expectNear(
      losses!,
      rows.map((r, k) => logSumOf(r) - r[labels[k]!]!),
      () => (120 + n) * unit,
    );
  });

  it.each(shapes)("moments of %i rows of %i", async (...shape) => {
    const rows = rowsOf(shape);
    const n = shape[1];
    const before = dispatches();
    const { mean, variance } = moments(tensor(rows), { axis: 1 });
    expect(dispatches() - before).toBe(1);
    const means = rows.map((r) => sum(r) / n);
    const offMean = (n + 2) * unit * 20;
    expectNear(Array.from((await mean.data()) as ArrayLike<number>), means, () => offMean);
    // Squares of at most 40² are rounded thrice, and added up; a mean that is off shifts them all.
    expectNear(
      Array.from((await variance.data()) as ArrayLike<number>),
      rows.map((r, k) => sum(r.map((v) => (v - means[k]!) ** 2)) / n),
      () => (n + 5) * unit * 1600 + offMean ** 2,
    );
  });

  const infinity = Number.POSITIVE_INFINITY;
  it.each([3, 20, 300])("special rows of %i", async (n) => {
    const rowWith = (special: number, rest = 0.5): number[] => Array.from({ length: n }, (_, c) => (c === n - 1 ? special : rest));
    const rows = [rowWith(Number.NaN), rowWith(infinity), rowWith(-infinity, -infinity), rowWith(-infinity)];
    const x = tensor(rows);
    const [shares, logs] = await made(
      () => softmax(x),
      () => logSoftmax(x),
    );
    for (const y of [shares!, logs!]) expect(y.slice(0, 3 * n).every(Number.isNaN)).toBe(true);
    const last = shares!.slice(3 * n);
    expect([last[n - 1], logs!.at(-1)]).toEqual([0, -infinity]);
    expectNear(last.slice(0, -1), Array<number>(n - 1).fill(1 / (n - 1)), (v) => (n + 8) * unit * v);

    const labels = tensor([0, 0, 0, n - 1], [4], "uint16");
    const [losses] = await made(() => sparseSoftmaxCrossEntropyWithLogits(labels, x));
    expect(losses).toEqual([Number.NaN, infinity, Number.NaN, infinity]);
    const outside = tensor([-1, n, n - 1, 0], [4], "int32");
    const [none] = await made(() => sparseSoftmaxCrossEntropyWithLogits(outside, x));
    expect(none!.slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
  });
});
