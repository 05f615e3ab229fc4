/** Cases: reductions over axes. */

import { moments, variance } from "../../ops/nn.ts";
import { all, any, argMax, argMin, max, mean, min, prod, sum } from "../../primitives.ts";
import type { Tensor } from "../../tensor.ts";
import { exact, type Tolerance } from "../compare.ts";
import { type Expected, type Host, reduced, total } from "../host.ts";
import { bools, distinct, given, type Input, ints, reals } from "../values.ts";
import { INTS, type OpCase, SIGNED } from "./case.ts";

const LONGEST = 64;
const sums: Tolerance = { k: LONGEST, why: "in any order of n ≤ 64 additions each rounds at most the sum of magnitudes by ε/2; doubled" };
const products: Tolerance = { k: 16, why: "n ≤ 12 multiplications in any order, ε/2 each, relative to the result; doubled" };

type Fold = (x: Tensor, options?: { axis?: number | readonly number[]; keepDims?: boolean }) => Tensor;
type Values = (values: readonly number[]) => number;
const magnitudes: Values = (v) => total(v.map(Math.abs));

/** The situations each reduction is tried in. */
function foldCases(
  op: string,
  call: Fold,
  f: Values,
  make: (shape: readonly number[]) => Input,
  tolerance: Tolerance,
  options: { grad?: boolean; scale?: Values; empty?: boolean } = {},
): OpCase[] {
  const { grad = true, scale, empty = true } = options;
  const row = (
    name: string,
    shape: readonly number[],
    axis: number | readonly number[] | undefined,
    keepDims = false,
    extra: Partial<OpCase> = {},
  ): OpCase => ({
    op,
    name,
    inputs: [make(shape)],
    call: (x) => call(x, { ...(axis !== undefined && { axis }), keepDims }),
    expected: (x) => reduced(x, axis, f, keepDims, scale),
    tolerance,
    grad,
    ...extra,
  });
  return [
    row("all axes", [3, 4], undefined, false, { batch: [0] }),
    row("last axis", [3, 5], -1, false, { batch: [0] }),
    row("first axis", [4, 3], 0, false, { batch: [0] }),
    row("middle axis, kept", [2, 3, 4], 1, true, { batch: [0] }),
    row("two axes out of order", [2, 3, 4], [2, 0], false, { batch: [0] }),
    row("negative axes, kept", [2, 3, 2, 2], [-1, -3], true, { batch: [0] }),
    row("rank 5", [2, 1, 3, 2, 1], [1, 3, 4], false, { batch: [0], grad: false }),
    row("no axes", [2, 3], [], false, { batch: [0] }),
    row("axis of size 1", [3, 1], 1, false, { batch: [0] }),
    row("scalar", [], undefined),
    row("odd length", [3, 37], 1, false, { batch: [0], grad: false, ...(op === "prod" && { inputs: [make([3, 11])] }) }),
    row("kept axis of size 0", [0, 3], 1, false, { batch: [0] }),
    ...(empty ? [row("nothing to fold", [2, 0], 1, false, { grad: false })] : []),
  ];
}

/** Where the best element is, the first of equals. */
const argBest =
  (better: (a: number, b: number) => boolean): Values =>
  (v) =>
    v.reduce((best, x, i) => (better(x, v[best]!) ? i : best), 0);
function argCases(op: string, call: (x: Tensor, axis?: number) => Tensor, better: (a: number, b: number) => boolean): OpCase[] {
  const row = (name: string, input: Input, axis: number | undefined, extra: Partial<OpCase> = {}): OpCase => ({
    op,
    name,
    inputs: [input],
    call: (x) => call(x, axis),
    expected: (x) => reduced(x, axis ?? 0, argBest(better)),
    tolerance: exact,
    ...extra,
  });
  return [
    row("default axis", distinct([5, 3]), undefined, { batch: [0] }),
    row("last axis", distinct([2, 3, 7]), -1, { batch: [0] }),
    row("ties: the first", given([1, 3, 3, 0, 3, 1, 1, 1, -2, -2, 0, -2], [3, 4]), 1),
    row("all equal", given([2, 2, 2, 2, 2]), 0),
    row(
      "infinities",
      given([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], [2, 2]),
      1,
    ),
    row("long", distinct([65]), 0, { batch: [0] }),
    row("no rows", distinct([0, 4]), 1, { batch: [0] }),
    row("signed integers", ints([3, 5], -9, 9), 1, { dtypes: SIGNED, batch: [0] }),
    row("unsigned integers", ints([3, 5], 0, 9), 1, { dtypes: INTS, batch: [0] }),
  ];
}

const meanOf: Values = (v) => total(v) / v.length;
const varianceOf: Values = (v) => meanOf(v.map((x) => (x - meanOf(v)) ** 2));
const spread: Values = (v) => meanOf(v.map((x) => (Math.abs(x) + Math.abs(meanOf(v))) ** 2));
const maxOf: Values = (v) =>
  v.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)), Number.NEGATIVE_INFINITY);
const minOf: Values = (v) => -maxOf(v.map((x) => -x));
const specials = given(
  [1, Number.NaN, 2, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -1],
  [3, 3],
);
const onIntegers = (op: string, call: Fold, f: Values, from: number, dtypes = INTS): OpCase => ({
  op,
  name: `integers from ${from}`,
  inputs: [ints([3, 4], from, 3)],
  call: (x) => call(x, { axis: 1 }),
  expected: (x): Expected => reduced(x, 1, f),
  dtypes,
  tolerance: exact,
  batch: [0],
});

// biome-ignore format: a table, one row a line
export const foldCasesTable: readonly OpCase[] = [
  ...foldCases("sum", sum, total, (s) => reals(s), sums, { scale: magnitudes }),
  onIntegers("sum", sum, total, -9, SIGNED),
  onIntegers("sum", sum, total, 0),
  { op: "sum", name: "of sums", inputs: [reals([2, 3, 4])], call: (x) => sum(sum(x, { axis: 2 }), { axis: 0, keepDims: true }), expected: (x) => reduced(reduced(x, 2, total), 0, total, true), tolerance: sums, grad: true, batch: [0] },
  { op: "sum", name: "special numbers", inputs: [specials], call: (x) => sum(x, { axis: 1 }), expected: (x) => reduced(x, 1, total), tolerance: exact },
  { op: "sum", name: "int32 wraps", inputs: [given([2147483647, 1], [2], "int32")], call: (x) => sum(x), expected: () => ({ shape: [], data: [-2147483648] }), dtypes: ["int32"], tolerance: exact },
  ...foldCases("prod", prod, (v) => v.reduce((a, b) => a * b, 1), (s) => reals(s, 0.5, 1.8), products),
  onIntegers("prod", prod, (v) => v.reduce((a, b) => a * b, 1), 1),
  { op: "prod", name: "one zero: only its place has a gradient", inputs: [given([2, 0, 3, 1, 4, 5], [2, 3])], call: (x) => prod(x, { axis: 1 }), expected: (x) => reduced(x, 1, (v) => v.reduce((a, b) => a * b, 1)), tolerance: products, grad: true, second: false },
  { op: "prod", name: "second gradient at a zero", inputs: [given([2, 0, 3])], call: (x) => prod(x), tolerance: products, grad: true },
  { op: "prod", name: "second gradient at two zeros", inputs: [given([0, 0, 3])], call: (x) => prod(x), tolerance: products, grad: true },
  ...foldCases("max", max, maxOf, (s) => distinct(s), exact),
  ...foldCases("min", min, minOf, (s) => distinct(s), exact),
  ...([["max", max, maxOf], ["min", min, minOf]] as const).flatMap(([op, call, f]): OpCase[] => [
    onIntegers(op, call as Fold, f, -9, SIGNED),
    onIntegers(op, call as Fold, f, 0),
    { op, name: "special numbers", inputs: [specials], call: (x) => call(x, { axis: 1 }), expected: (x) => reduced(x, 1, f), tolerance: exact },
    { op, name: "the ends of int32", inputs: [given([-2147483648, -2147483648, 2147483647, 2147483647], [2, 2], "int32")], call: (x) => call(x, { axis: 1 }), expected: (x) => reduced(x, 1, f), dtypes: ["int32"], tolerance: exact },
  ]),
  ...foldCases("mean", mean, meanOf, (s) => reals(s), { k: LONGEST + 4, why: "a sum (64) and a quotient (3 ulp on devices, rounded)" }, { scale: (v) => magnitudes(v) / v.length }),
  { op: "mean", name: "integers become float32", inputs: [ints([2, 4], 0, 9)], call: (x) => mean(x, { axis: 1 }), expected: (x: Host) => reduced(x, 1, meanOf), dtypes: INTS, tolerance: { k: 4, why: "whole numbers add exactly; a quotient follows" }, batch: [0] },
  ...foldCases("variance", variance, varianceOf, (s) => reals(s), { k: 4 * LONGEST, why: "a mean (64) enters a square twice, and a second mean (64) follows" }, { scale: spread }),
  {
    op: "moments", name: "both", inputs: [reals([3, 5])], grad: true, batch: [0],
    call: (x) => { const m = moments(x, { axis: -1, keepDims: true }); return [m.mean, m.variance]; },
    expected: (x) => [reduced(x, -1, meanOf, true, (v) => magnitudes(v) / v.length), reduced(x, -1, varianceOf, true, spread)],
    tolerance: { k: 4 * LONGEST, why: "as variance" },
  },
  { op: "moments", name: "over two axes", inputs: [reals([2, 3, 4], 5, 7)], grad: true, batch: [0], call: (x) => { const m = moments(x, { axis: [0, 2] }); return [m.mean, m.variance]; }, expected: (x) => [reduced(x, [0, 2], meanOf), reduced(x, [0, 2], varianceOf, false, spread)], tolerance: { k: 4 * LONGEST, why: "as variance" } },
  ...argCases("argMax", argMax, (a, b) => a > b),
  ...argCases("argMin", argMin, (a, b) => a < b),
  ...([["any", any, (v) => (v.includes(1) ? 1 : 0)], ["all", all, (v) => (v.includes(0) ? 0 : 1)]] as readonly [string, Fold, Values][]).flatMap(([op, call, f]): OpCase[] =>
    foldCases(op, call, f, bools, exact, { grad: false }).map((row) => ({ ...row, dtypes: ["bool"] })),
  ),
];
