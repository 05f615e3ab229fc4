/** Cases: functions of one number, and changes of dtype. */
import {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  bitcast,
  cast,
  ceil,
  clipByValue,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  floor,
  identity,
  log,
  log1p,
  neg,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  sqrt,
  square,
  stopGradient,
  tan,
  tanh,
} from "../../primitives.ts";
import { exact, oneRounding, type Tolerance } from "../compare.ts";
import { mapped } from "../host.ts";
import { given, ints, reals } from "../values.ts";
import { FLOATS, HALVES, INTS, type OpCase, SIGNED, SPECIAL, unaryCases } from "./case.ts";

const polynomial: Tolerance = { k: 4, why: "vectorised polynomials are good to 2 ulp, and range reduction costs up to 2 more" };
const composed: Tolerance = { k: 8, why: "written with exp or log (4) and two or three roundings more" };
const root: Tolerance = { k: 3, why: "devices take 1/√x by an estimate good to 2 ulp (WGSL), and round once more" };
const one = (): number => 1;

const roundEven = (x: number): number => {
  if (!Number.isFinite(x)) return x;
  const down = Math.floor(x);
  const rest = x - down;
  return rest < 0.5 ? down : rest > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
};
/** e^−x² Σ 2ⁿ x^(2n+1) / (2n+1)!!: all terms have one sign, so nothing cancels. */
function erfByPositiveTerms(x: number): number {
  if (Math.abs(x) > 6 || Number.isNaN(x)) return Number.isNaN(x) ? x : Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 300; n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1e9, -3.2, 3.7];

// biome-ignore format: a table, one row a line
export const unaryCasesTable: readonly OpCase[] = [
  ...unaryCases("neg", neg, (x) => -x),
  ...unaryCases("abs", abs, Math.abs, { avoid: [0] }),
  ...unaryCases("sign", sign, Math.sign, { avoid: [0] }),
  ...[["neg", neg, (x: number) => -x + 0], ["abs", abs, Math.abs], ["sign", sign, Math.sign], ["square", square, (x: number) => x * x], ["relu", relu, (x: number) => Math.max(x, 0)]].map(
    (row): OpCase => ({ op: row[0] as string, name: "signed integers", inputs: [ints([9])], call: row[1] as typeof neg, expected: mapped(row[2] as (x: number) => number), dtypes: SIGNED, tolerance: exact, batch: [0] }),
  ),
  { op: "abs", name: "at 0 the gradient is 0", inputs: [given([0, -0, 2, -3])], call: abs, expected: mapped(Math.abs), tolerance: exact },
  ...unaryCases("floor", floor, Math.floor, { avoid: [-2, -1, 0, 1, 2] }),
  ...unaryCases("ceil", ceil, Math.ceil, { avoid: [-2, -1, 0, 1, 2] }),
  ...unaryCases("round", round, roundEven, { avoid: [-1.5, -0.5, 0.5, 1.5] }),
  ...[["round", round, roundEven], ["floor", floor, Math.floor], ["ceil", ceil, Math.ceil]].map(
    (row): OpCase => ({ op: row[0] as string, name: "halves and large numbers", inputs: [given(halves)], call: row[1] as typeof neg, expected: mapped(row[2] as (x: number) => number), tolerance: exact }),
  ),
  ...unaryCases("square", square, (x) => x * x, { tolerance: oneRounding }),
  ...unaryCases("sqrt", sqrt, Math.sqrt, { from: 0.1, to: 9, tolerance: root }),
  ...unaryCases("rsqrt", rsqrt, (x) => 1 / Math.sqrt(x), { from: 0.1, to: 9, tolerance: root, special: [Number.NaN, Number.POSITIVE_INFINITY, 0, 1, -1] }),
  ...unaryCases("reciprocal", reciprocal, (x) => 1 / x, { avoid: [0], tolerance: root }),
  ...unaryCases("exp", exp, Math.exp, { tolerance: polynomial }),
  { op: "exp", name: "over- and underflow", inputs: [given([88, 89, -87, -120, 1e-8])], call: exp, expected: mapped(Math.exp), dtypes: ["float32"], tolerance: { k: 64, why: "the argument's last place is worth |x| ≤ 128 of the result's; 4 of them" } },
  ...unaryCases("expm1", expm1, Math.expm1, { tolerance: composed }),
  { op: "expm1", name: "near 0", inputs: [given([1e-6, -1e-6, 1e-3, -1e-3, 1e-30])], call: expm1, expected: mapped(Math.expm1), tolerance: composed, grad: true },
  ...unaryCases("log", log, Math.log, { from: 0.1, to: 9, tolerance: polynomial, scale: (x) => Math.max(Math.abs(Math.log(x)), 1) }),
  ...unaryCases("log1p", log1p, Math.log1p, { from: -0.8, to: 9, tolerance: composed }),
  { op: "log1p", name: "near 0", inputs: [given([1e-6, -1e-6, 1e-3, -1e-3, 1e-30])], call: log1p, expected: mapped(Math.log1p), tolerance: composed, grad: true },
  ...unaryCases("sin", sin, Math.sin, { from: -4, to: 4, tolerance: polynomial, scale: one }),
  ...unaryCases("cos", cos, Math.cos, { from: -4, to: 4, tolerance: polynomial, scale: one }),
  ...unaryCases("tan", tan, Math.tan, { from: -1.2, to: 1.2, tolerance: composed, scale: (x) => 1 + Math.tan(x) ** 2 }),
  ...unaryCases("asin", asin, Math.asin, { from: -0.9, to: 0.9, tolerance: composed, special: [Number.NaN, 0, 1, -1, 1.5] }),
  ...unaryCases("acos", acos, Math.acos, { from: -0.9, to: 0.9, tolerance: composed, scale: () => Math.PI, special: [Number.NaN, 0, 1, -1, 1.5] }),
  ...unaryCases("atan", atan, Math.atan, { tolerance: polynomial }),
  ...unaryCases("sinh", sinh, Math.sinh, { tolerance: composed, scale: Math.cosh }),
  ...unaryCases("cosh", cosh, Math.cosh, { tolerance: composed }),
  ...unaryCases("tanh", tanh, Math.tanh, { from: -4, to: 4, tolerance: composed }),
  { op: "tanh", name: "saturates", inputs: [given([20, -20, 100, -100, 1e-4])], call: tanh, expected: mapped(Math.tanh), tolerance: composed, grad: true },
  ...unaryCases("asinh", asinh, Math.asinh, { tolerance: composed, scale: (x) => Math.max(Math.abs(x), 1) }),
  ...unaryCases("acosh", acosh, Math.acosh, { from: 1.2, to: 9, tolerance: composed, scale: one, special: [Number.NaN, 1, Number.POSITIVE_INFINITY, 0.5] }),
  ...unaryCases("atanh", atanh, Math.atanh, { from: -0.9, to: 0.9, tolerance: composed, scale: one, special: [Number.NaN, 0, 1, -1, 2] }),
  ...unaryCases("erf", erf, erfByPositiveTerms, { from: -4, to: 4, tolerance: composed }),
  { op: "erf", name: "tails", inputs: [given([2.4, 2.6, 5.9, 6.1, -9, 1e-5])], call: erf, expected: mapped(erfByPositiveTerms), tolerance: composed, grad: true },
  ...unaryCases("sigmoid", sigmoid, logistic, { from: -5, to: 5, tolerance: composed }),
  { op: "sigmoid", name: "saturates", inputs: [given([90, -90, 30, -30])], call: sigmoid, expected: mapped(logistic), tolerance: { k: 96, why: "e^x multiplies its argument's last place by |x| ≤ 90" }, grad: true },
  ...unaryCases("relu", relu, (x) => Math.max(x, 0), { avoid: [0] }),
  ...unaryCases("softplus", softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), { from: -4, to: 4, avoid: [], tolerance: composed, special: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 200, -200] }),
  ...unaryCases("identity", identity, (x) => x),
  ...unaryCases("stopGradient", stopGradient, (x) => x, { grad: false }),
  { op: "identity", name: "all dtypes", inputs: [ints([5], 0, 1)], call: identity, expected: mapped((x) => x!), dtypes: [...FLOATS, ...HALVES, ...INTS, "bool"], tolerance: exact, batch: [0] },
  { op: "clipByValue", name: "inside, outside and at the bounds", inputs: [given([-3, -1, -0.5, 0, 0.5, 2, 7])], call: (x) => clipByValue(x, -1, 2), expected: mapped((x) => Math.min(Math.max(x!, -1), 2)), tolerance: exact },
  { op: "clipByValue", name: "gradient away from the bounds", inputs: [reals([3, 4], -3, 3, [-1, 2])], call: (x) => clipByValue(x, -1, 2), expected: mapped((x) => Math.min(Math.max(x!, -1), 2)), tolerance: exact, grad: true, batch: [0] },
  { op: "clipByValue", name: "special numbers", inputs: [given(SPECIAL)], call: (x) => clipByValue(x, -0.5, 0.5), expected: mapped((x) => (Number.isNaN(x) ? x! : Math.min(Math.max(x!, -0.5), 0.5))), tolerance: exact },
  { op: "clipByValue", name: "integers", inputs: [ints([9], 0, 9)], call: (x) => clipByValue(x, 2, 5), expected: mapped((x) => Math.min(Math.max(x!, 2), 5)), dtypes: INTS, tolerance: exact, batch: [0] },

  { op: "cast", name: "float to int, toward zero", inputs: [given([-2.7, -1, -0.4, 0, 0.9, 3.5, 100.2])], call: (x) => cast(x, "int32"), expected: mapped((x) => Math.trunc(x!) + 0), tolerance: exact, batch: [] },
  { op: "cast", name: "float to int, out of range", inputs: [given([3e9, -3e9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])], call: (x) => cast(x, "int32"), expected: () => ({ shape: [5], data: [2147483647, -2147483648, 0, 2147483647, -2147483648] }), tolerance: exact },
  { op: "cast", name: "float to uint8", inputs: [given([-2, 0.9, 255.5, 300, 17])], call: (x) => cast(x, "uint8"), expected: () => ({ shape: [5], data: [0, 0, 255, 255, 17] }), tolerance: exact },
  { op: "cast", name: "int to float", inputs: [ints([2, 5], 0, 100)], call: (x) => cast(x, "float32"), expected: mapped((x) => x!), dtypes: INTS, tolerance: exact, batch: [0] },
  { op: "cast", name: "large int to float32 rounds to even", inputs: [given([16777217, 16777219, -16777217, 2147483647], [4], "int32")], call: (x) => cast(x, "float32"), expected: mapped((x) => Math.fround(x!)), dtypes: ["int32"], tolerance: exact },
  { op: "cast", name: "narrowing integers wrap", inputs: [given([300, -129, 127, 128], [4], "int32")], call: (x) => [cast(x, "int8"), cast(x, "uint8")], expected: () => [{ shape: [4], data: [44, 127, 127, -128] }, { shape: [4], data: [44, 127, 127, 128] }], dtypes: ["int32"], tolerance: exact },
  { op: "cast", name: "to and from bool", inputs: [given([0, -0, 1, 0.5, -3, Number.NaN])], call: (x) => [cast(x, "bool"), cast(cast(x, "bool"), "float32")], expected: () => [{ shape: [6], data: [0, 0, 1, 1, 1, 1] }, { shape: [6], data: [0, 0, 1, 1, 1, 1] }], tolerance: exact },
  { op: "cast", name: "float64 to float32 and back", inputs: [reals([6])], call: (x) => cast(cast(x, "float32"), "float64"), expected: mapped((x) => Math.fround(x!)), dtypes: ["float64"], tolerance: exact },
  { op: "cast", name: "gradient through two precisions", inputs: [reals([2, 3])], call: (x) => mulTwice(cast(x, "float64")), dtypes: ["float64"], tolerance: oneRounding, grad: true, batch: [0] },
  { op: "bitcast", name: "float to its bits", inputs: [given([1, -2, 0.5, 0], [4], "float32")], call: (x) => bitcast(x, "int32"), expected: () => ({ shape: [4], data: [0x3f800000, 0xc0000000 | 0, 0x3f000000, 0] }), dtypes: ["float32"], tolerance: exact, batch: [] },
  { op: "bitcast", name: "bits to floats", inputs: [given([0x3f800000, 0xc0000000, 0x7f800000], [3], "uint32")], call: (x) => bitcast(x, "float32"), expected: () => ({ shape: [3], data: [1, -2, Number.POSITIVE_INFINITY] }), dtypes: ["uint32"], tolerance: exact },
  { op: "bitcast", name: "signed and unsigned", inputs: [given([-1, -2147483648, 7], [3], "int32")], call: (x) => bitcast(x, "uint32"), expected: () => ({ shape: [3], data: [4294967295, 2147483648, 7] }), dtypes: ["int32"], tolerance: exact },
];

const mulTwice: OpCase["call"] = (x) => square(x!);
