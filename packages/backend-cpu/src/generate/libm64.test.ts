// Functions of float64 numbers against JavaScript's own, in units of the last place, over all the ranges that need care.
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  sin,
  sinh,
  type Tensor,
  tan,
  tanh,
  tensor,
} from "@antler/tensor-core";
import { onBackend } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { createCpuBackend } from "../index.ts";

type Interval = readonly [from: number, to: number];
const functions = { exp, expm1, log, log1p, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh };
interface Row {
  readonly op: keyof typeof functions;
  /** Units in the last place: what the function may be off, and one for JavaScript's. */
  readonly units: number;
  readonly intervals: readonly Interval[];
}
const rows: readonly Row[] = [
  {
    op: "exp",
    units: 2,
    intervals: [
      [-1, 1],
      [-708, 709.7],
      [-745, -708],
    ],
  },
  {
    op: "expm1",
    units: 3,
    intervals: [
      [-3, 3],
      [-1e-3, 1e-3],
      [-50, 709],
    ],
  },
  {
    op: "log",
    units: 2,
    intervals: [
      [0, 3],
      [0.9, 1.1],
      [0, 1e300],
      [0, 1e-307],
    ],
  },
  {
    op: "log1p",
    units: 4,
    intervals: [
      [-0.99, 3],
      [-1e-3, 1e-3],
    ],
  },
  {
    op: "sin",
    units: 2,
    intervals: [
      [-10, 10],
      [-1e6, 1e6],
    ],
  },
  {
    op: "cos",
    units: 2,
    intervals: [
      [-10, 10],
      [-1e6, 1e6],
    ],
  },
  {
    op: "tan",
    units: 5,
    intervals: [
      [-10, 10],
      [-1e6, 1e6],
    ],
  },
  {
    op: "asin",
    units: 4,
    intervals: [
      [-1, 1],
      [-1e-3, 1e-3],
    ],
  },
  {
    op: "acos",
    units: 4,
    intervals: [
      [-1, 1],
      [0.999, 1],
    ],
  },
  {
    op: "atan",
    units: 2,
    intervals: [
      [-5, 5],
      [-1e3, 1e3],
    ],
  },
  {
    op: "sinh",
    units: 4,
    intervals: [
      [-3, 3],
      [-710, 710],
    ],
  },
  {
    op: "cosh",
    units: 3,
    intervals: [
      [-3, 3],
      [-710, 710],
    ],
  },
  {
    op: "tanh",
    units: 5,
    intervals: [
      [-3, 3],
      [-30, 30],
      [-1e-3, 1e-3],
    ],
  },
  {
    op: "asinh",
    units: 5,
    intervals: [
      [-3, 3],
      [-1e12, 1e12],
    ],
  },
  {
    op: "acosh",
    units: 5,
    intervals: [
      [1, 3],
      [1, 1e12],
    ],
  },
  {
    op: "atanh",
    units: 5,
    intervals: [
      [-1, 1],
      [-1e-3, 1e-3],
    ],
  },
];

let state = 1;
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const draw = ([from, to]: Interval, n = 5000): Float64Array => Float64Array.from({ length: n }, () => from + (to - from) * random());
const unit = (x: number): number => 2 ** (Math.max(-1022, Math.floor(Math.log2(Math.abs(x)))) - 52);
const unitsOff = (got: number, want: number): number => (Object.is(got, want) || got === want ? 0 : Math.abs(got - want) / unit(want));

describe.each([true, false])("float64, relaxed %s", (relaxed) => {
  const cpu = createCpuBackend({ relaxed });
  const values = async (make: () => Tensor): Promise<Float64Array> => (await onBackend(cpu, make).data()) as Float64Array;

  for (const { op, units, intervals } of rows) {
    it.each(intervals)(`${op} from %d to %d`, async (...interval) => {
      const x = draw(interval);
      const got = await values(() => functions[op](tensor(x)));
      const worst = Math.max(...x.map((v, i) => unitsOff(got[i]!, Math[op](v))));
      expect(worst).toBeLessThanOrEqual(units);
    });
  }
  it.each([
    [
      [0, 3],
      [-5, 5],
    ],
    [
      [0, 1e300],
      [-1, 1],
    ],
    [
      [0.9, 1.1],
      [-5000, 5000],
    ],
    [
      [0, 1e-300],
      [-1, 1],
    ],
    [
      [0, 20],
      [-200, 200],
    ],
  ] as const)("%j to powers of %j", async (bases, exponents) => {
    const [x, y] = [draw(bases), draw(exponents)];
    const got = await values(() => pow(tensor(x), tensor(y)));
    expect(Math.max(...x.map((v, i) => unitsOff(got[i]!, v ** y[i]!)))).toBeLessThanOrEqual(2);
  });
  it("the angle of a point", async () => {
    const [y, x] = [draw([-1, 1]), draw([-1, 1])];
    const got = await values(() => atan2(tensor(y), tensor(x)));
    expect(Math.max(...x.map((v, i) => unitsOff(got[i]!, Math.atan2(y[i]!, v))))).toBeLessThanOrEqual(4);
  });
  it("erf", async () => {
    // Digits of mpmath.
    const table = [
      [0.001, 0.0011283787909692365],
      [0.25, 0.27632639016823696],
      [0.5, 0.5204998778130465],
      [0.999, 0.8422852702064969],
      [1, 0.8427007929497149],
      [1.5, 0.9661051464753108],
      [2.25, 0.9985372834133188],
      [3.5, 0.9999992569016276],
      [5, 0.9999999999984626],
      [7, 1],
    ] as const;
    const got = await values(() => erf(tensor(Float64Array.from(table, ([x]) => -x))));
    table.forEach(([, want], i) => {
      expect(unitsOff(got[i]!, -want)).toBeLessThanOrEqual(2);
    });
  });
});
