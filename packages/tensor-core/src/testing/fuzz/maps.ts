/** Fuzzer steps without movement: functions of one, two or three elements. */
import {
  abs,
  add,
  asinh,
  atan,
  atan2,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  cast,
  clipByValue,
  cos,
  div,
  divNoNan,
  equal,
  erf,
  exp,
  expm1,
  floorDiv,
  greaterEqual,
  isNaN as isNaNOp,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sin,
  softplus,
  sqrt,
  square,
  squaredDifference,
  stopGradient,
  sub,
  tanh,
  where,
} from "../../primitives.ts";
import type { Tensor } from "../../tensor.ts";
import { choose, type Kind, type Planned, planned, separated, signed, small, type Val } from "./kinds.ts";

type One = readonly [name: string, f: (x: Tensor) => Tensor, mag: (m: number) => number];
const positive = (x: Tensor): Tensor => add(square(x), 0.5);

const ones: readonly One[] = [
  ["tanh", tanh, () => 1],
  ["sin", sin, () => 1],
  ["cos", cos, () => 1],
  ["sigmoid", sigmoid, () => 1],
  ["erf", erf, () => 1],
  ["atan", atan, () => 1.6],
  ["asinh", asinh, (m) => m],
  ["neg", neg, (m) => m],
  ["square", square, (m) => m * m],
  ["softplus", softplus, (m) => m + 1],
  ["exp of tanh", (x) => exp(tanh(x)), () => 3],
  ["expm1 of sin", (x) => expm1(sin(x)), () => 2],
  ["log1p of square", (x) => log1p(square(x)), (m) => Math.log1p(m * m)],
  ["log of positive", (x) => log(positive(x)), (m) => Math.log(m * m + 2) + 1],
  ["sqrt of positive", (x) => sqrt(positive(x)), (m) => m + 1],
  ["rsqrt of positive", (x) => rsqrt(positive(x)), () => 1.5],
  ["reciprocal of positive", (x) => reciprocal(positive(x)), () => 2],
  ["power of positive", (x) => pow(add(sigmoid(x), 0.5), 1.5), () => 2],
  ["abs", (x) => abs(signed(x)), () => 0.6],
  ["relu", (x) => relu(signed(x)), () => 0.6],
  ["clip", (x) => clipByValue(signed(x), -0.25, 0.25), () => 0.25],
  ["number right", (x) => sub(mul(x, 0.75), 0.125), (m) => m + 0.125],
  ["number left", (x) => sub(1.5, x), (m) => m + 1.5],
  ["stopGradient", stopGradient, (m) => m],
];
type Two = readonly [name: string, f: (x: Tensor, y: Tensor) => Tensor, mag: (m: number, n: number) => number];
const twos: readonly Two[] = [
  ["add", add, (m, n) => m + n],
  ["sub", sub, (m, n) => m + n],
  ["mul", mul, (m, n) => m * n],
  ["div by positive", (x, y) => div(x, positive(y)), (m) => 2 * m],
  ["divNoNan", (x, y) => divNoNan(x, positive(y)), (m) => 2 * m],
  ["maximum", (x, y) => maximum(mul(tanh(x), 0.2), signed(y)), () => 0.6],
  ["minimum", (x, y) => minimum(mul(tanh(x), 0.2), signed(y)), () => 0.6],
  ["squaredDifference", squaredDifference, (m, n) => (m + n) ** 2],
  ["atan2", (x, y) => atan2(x, add(cos(y), 2)), () => 3.2],
];
const intTwos: readonly (readonly [string, (x: Tensor, y: Tensor) => Tensor])[] = [
  ["add", add],
  ["sub", sub],
  ["mul", mul],
  ["maximum", maximum],
  ["minimum", minimum],
  ["and", bitwiseAnd],
  ["or", bitwiseOr],
  ["xor", bitwiseXor],
  ["floorDiv", (x, y) => floorDiv(x, add(abs(y), 1))],
  ["mod", (x, y) => mod(x, add(abs(y), 1))],
];
const comparisons = [equal, notEqual, less, lessEqual, greaterEqual] as const;
const logics = [logicalAnd, logicalOr, logicalXor] as const;

const unaryKind = ([name, f, mag]: One): Kind => ({ name, takes: "f", weight: 1, plan: ([x]) => planned(mag(x!.mag), ([t]) => f(t!)) });
const binaryKind = ([name, f, mag]: Two): Kind => ({
  name,
  takes: "ff",
  weight: 2,
  plan: ([x, y]) => planned(mag(x!.mag, y!.mag), ([a, b]) => f(a!, b!)),
});
const int = (run: Planned["run"]): Planned => ({ mag: 11, run: (args, env) => small(run(args, env)) });
const bool = (run: Planned["run"]): Planned => ({ mag: 1, run });
/** The last axis, where there is one. */
const last = (x: Val): number => x.dims.length - 1;

export const mapKinds: readonly Kind[] = [
  ...ones.map(unaryKind),
  ...twos.map(binaryKind),
  ...intTwos.map(([name, f]): Kind => ({ name: `int ${name}`, takes: "ii", weight: 1, plan: () => int(([a, b]) => f(a!, b!)) })),
  { name: "int neg", takes: "i", weight: 1, plan: () => int(([a]) => neg(a!)) },
  { name: "int number", takes: "i", weight: 1, plan: (_, r) => int(([a]) => add(mul(a!, choose(r[0]!, [2, 3, -5])), 4)) },
  { name: "int compare", takes: "ii", weight: 2, plan: (_, r) => bool(([a, b]) => choose(r[0]!, comparisons)(a!, b!)) },
  { name: "int compare number", takes: "i", weight: 1, plan: (_, r) => bool(([a]) => choose(r[0]!, comparisons)(a!, 1)) },
  {
    name: "float compare",
    takes: "f",
    weight: 2,
    plan: ([x], r) => (last(x!) < 0 ? null : bool(([a]) => less(separated(a!, last(x!)), choose(r[0]!, [0.25, 3.25, 17.75])))),
  },
  { name: "isNaN", takes: "f", weight: 1, plan: () => bool(([a]) => isNaNOp(a!)) },
  { name: "logic", takes: "bb", weight: 2, plan: (_, r) => bool(([a, b]) => choose(r[0]!, logics)(a!, b!)) },
  { name: "not", takes: "b", weight: 1, plan: () => bool(([a]) => logicalNot(a!)) },
  { name: "where", takes: "bff", weight: 3, plan: ([, x, y]) => planned(Math.max(x!.mag, y!.mag), ([c, a, b]) => where(c!, a!, b!)) },
  { name: "where number", takes: "bf", weight: 1, plan: ([, x]) => planned(x!.mag + 1, ([c, a]) => where(c!, a!, -0.5)) },
  { name: "int where", takes: "bii", weight: 1, plan: () => int(([c, a, b]) => where(c!, a!, b!)) },
  { name: "int to float", takes: "i", weight: 2, plan: ([x]) => planned(x!.mag / 8, ([a], { float }) => mul(cast(a!, float), 0.125)) },
  { name: "bool to float", takes: "b", weight: 1, plan: () => planned(1, ([a], { float }) => cast(a!, float)) },
  { name: "bool to int", takes: "b", weight: 1, plan: () => int(([a]) => cast(a!, "int32")) },
  { name: "int to bool", takes: "i", weight: 1, plan: () => bool(([a]) => cast(a!, "bool")) },
  {
    name: "float to int",
    takes: "f",
    weight: 1,
    plan: ([x]) => (last(x!) < 0 ? null : int(([a]) => cast(round(mul(separated(a!, last(x!)), 2)), "int32"))),
  },
];
