/** What each op of the scalar language means, on JavaScript numbers: the oracle every backend is held to. */
import { type DType, dtypeInfo, integerRange, isBig } from "../dtype.ts";
import type { BinaryScalar, CompareScalar, Expr } from "../scalar.ts";

/** Even halves. */
const roundEven = (x: number): number => {
  const r = Math.round(x);
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
};
/** Abramowitz and Stegun 7.1.6, a series, for small |x|; a continued fraction for large. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    // e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!: all terms are positive, so none cancels.
    let term = a;
    let total = a;
    for (let n = 1; term > 1e-17 * total; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      total += term;
    }
    return (Math.sign(x) * 2 * total * Math.exp(-a * a)) / Math.sqrt(Math.PI);
  }
  let f = 0;
  for (let n = 60; n > 0; n--) f = n / 2 / (a + f);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + f));
}

type Fn1 = (x: number) => number;
type Fn2 = (x: number, y: number) => number;

/** Those that JavaScript does not have under the same name. */
const unaries: { readonly [op: string]: Fn1 } = {
  neg: (x) => -x,
  round: roundEven,
  rsqrt: (x) => 1 / Math.sqrt(x),
  erf,
  not: (x) => (x ? 0 : 1),
  bitNot: (x) => ~x,
};
const min: Fn2 = (x, y) => (x !== x || y !== y ? Number.NaN : Math.min(x, y));
const max: Fn2 = (x, y) => (x !== x || y !== y ? Number.NaN : Math.max(x, y));
/** With the sign of y. `%` is exact, and knows what to do with infinities. */
const floorMod: Fn2 = (x, y) => {
  const r = x % y;
  return r !== 0 && r < 0 !== y < 0 ? r + y : r;
};
/** As IEEE 754: JavaScript's gives NaN for 1 to the power NaN, and for ±1 to the power ±∞. */
const pow: Fn2 = (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y);
const binaries: { readonly [K in BinaryScalar | CompareScalar]: Fn2 } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  floorDiv: (x, y) => Math.floor(x / y),
  mod: floorMod,
  pow,
  min,
  max,
  atan2: Math.atan2,
  and: (x, y) => (x && y ? 1 : 0),
  or: (x, y) => (x || y ? 1 : 0),
  bitAnd: (x, y) => x & y,
  bitOr: (x, y) => x | y,
  bitXor: (x, y) => x ^ y,
  shl: (x, y) => x << y,
  shr: (x, y) => x >> y,
  mulHi: (x, y) => Number((BigInt(x >>> 0) * BigInt(y >>> 0)) >> 32n),
  lt: (x, y) => (x < y ? 1 : 0),
  le: (x, y) => (x <= y ? 1 : 0),
  eq: (x, y) => (x === y ? 1 : 0),
  ne: (x, y) => (x !== y ? 1 : 0),
};
/** Integers divide and multiply exactly, and wrap. */
const integers: { readonly [op: string]: Fn2 } = {
  mul: (x, y) => Math.imul(x, y),
  floorDiv: (x, y) => (y === 0 ? 0 : Math.floor(x / y)),
  mod: (x, y) => (y === 0 ? 0 : x - Math.floor(x / y) * y),
};

/** Of 64-bit integers the low bits are right too, as far as a JavaScript number (the form all elements have here) shows them. */
const exactly =
  (f: (x: bigint, y: bigint) => bigint): Fn2 =>
  (x, y) =>
    Number(BigInt.asIntN(64, f(BigInt(x), BigInt(y))));
const big: { readonly [op: string]: Fn2 } = {
  mul: exactly((x, y) => x * y),
  bitAnd: exactly((x, y) => x & y),
  bitOr: exactly((x, y) => x | y),
  bitXor: exactly((x, y) => x ^ y),
  shl: exactly((x, y) => x << y),
  shr: exactly((x, y) => x >> y),
};

/** Brings a number into the range and precision of a dtype, as storing it would. */
export function rounder(dtype: DType): Fn1 {
  const { kind, bytes } = dtypeInfo(dtype);
  if (dtype === "float32") return Math.fround;
  if (dtype === "bool") return (x) => (x ? 1 : 0);
  if (kind === "float") return (x) => x;
  const bits = 8 * bytes;
  if (bits === 64) return (x) => Number((kind === "int" ? BigInt.asIntN : BigInt.asUintN)(64, BigInt(Math.trunc(x))));
  if (kind === "int") return bits === 32 ? (x) => x | 0 : (x) => (x << (32 - bits)) >> (32 - bits);
  return bits === 32 ? (x) => x >>> 0 : (x) => x & (2 ** bits - 1);
}
/** A float out of an integer's range becomes its nearest end, NaN becomes 0. */
const saturate = (dtype: DType): Fn1 => {
  const [lo, hi] = integerRange(dtype);
  return (x) => (x !== x ? 0 : Math.min(hi, Math.max(lo, Math.trunc(x))));
};

function reinterpret(from: DType, to: DType): Fn1 {
  const bits = new ArrayBuffer(8);
  const [given, seen] = [new (dtypeInfo(from).array)(bits), new (dtypeInfo(to).array)(bits)];
  return (x) => {
    given[0] = (isBig(from) ? BigInt(x) : x) as never;
    return Number(seen[0]);
  };
}

export type Evaluator = () => number;

/** An expression as a closure; `leaf` supplies what its leaves read. */
export function evaluator(
  e: Expr,
  leaf: (e: Expr, args: readonly Evaluator[]) => Evaluator,
  memo: Map<Expr, Evaluator> = new Map(),
): Evaluator {
  const before = memo.get(e);
  if (before) return before;
  const args = e.args.map((a) => evaluator(a, leaf, memo));
  const made = build(e, args, leaf);
  memo.set(e, made);
  return made;
}
function build(e: Expr, args: readonly Evaluator[], leaf: (e: Expr, args: readonly Evaluator[]) => Evaluator): Evaluator {
  const [a, b, c] = args as [Evaluator, Evaluator, Evaluator];
  const round = rounder(e.dtype);
  switch (e.op) {
    case "const": {
      const v = round(e.value as number);
      return () => v;
    }
    case "index":
    case "dim":
    case "read":
    case "load":
    case "acc":
      return leaf(e, args);
    case "select":
      return () => (a() ? b() : c());
    case "cast": {
      const from = e.args[0]!.dtype;
      const fit = dtypeInfo(from).kind === "float" && dtypeInfo(e.dtype).kind !== "float" && e.dtype !== "bool" ? saturate(e.dtype) : round;
      return () => fit(a());
    }
    case "bitcast": {
      const f = reinterpret(e.args[0]!.dtype, e.dtype);
      return () => f(a());
    }
    case "and":
      return () => (a() && b() ? 1 : 0);
    default:
  }
  if (args.length === 1) {
    const f = unaries[e.op] ?? (Math[e.op as "abs"] satisfies Fn1);
    return () => round(f(a()));
  }
  const kind = dtypeInfo(e.args[0]!.dtype).kind;
  const unsigned = kind === "uint";
  const f =
    (isBig(e.args[0]!.dtype) && big[e.op]) ||
    (kind !== "float" && integers[e.op]) ||
    (unsigned && e.op === "shr" ? (x: number, y: number) => x >>> y : binaries[e.op as BinaryScalar]);
  return () => round(f(a(), b()));
}
