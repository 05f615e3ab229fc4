/** The table of primitives. One entry gives an op its rules, gradient, every backend and its public function. */
import { encodeScalar, fillOp, scalarLike, type TensorLike, toTensor, withOperands } from "./convert.ts";
import { apply, sameDType } from "./dispatch.ts";
import { type DType, dtypeInfo, integerRange, isFloat } from "./dtype.ts";
import { DTypeError, ShapeError, ValueError } from "./errors.ts";
import { type Binary, type BinaryOptions, check, finishSum, type Takes, type Unary, type UnaryOptions } from "./forms.ts";
import { isHalf } from "./half.ts";
import type { FoldHow, Op, Piece } from "./op.ts";
import { fillIn, reindex } from "./reindex.ts";
import type { BinaryScalar, CompareScalar, Expr, UnaryScalar } from "./scalar.ts";
import * as s from "./scalar.ts";
import {
  addDim,
  broadcastShapes,
  checkSizes,
  type Dim,
  isKnown,
  known,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sameSize,
  showShape,
  sizeOf,
  sumDims,
} from "./shape.ts";
import { makeSpec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";

// ---- The few forms most definitions have.

export type Reduce = (x: TensorLike, options?: ReduceOptions) => Tensor;

export interface ReduceOptions {
  /** The axis or axes to reduce; all when absent. Negative axes count from the end. */
  readonly axis?: number | readonly number[] | undefined;
  /** Keeps reduced axes with size 1. Default false. */
  readonly keepDims?: boolean | undefined;
}

/** A public function of one tensor, from what it does to one element. */
/* @__NO_SIDE_EFFECTS__ */
export function unary(name: string, body: (x: Expr) => Expr, { takes = "float", gives, grad }: UnaryOptions = {}): Unary {
  const op: Op<undefined> = {
    name,
    infer([x]) {
      check(name, [x!], takes);
      return [makeSpec(x!.shape, gives ?? x!.dtype)];
    },
    how: { kind: "map", body: ([x]) => [body(x!)] },
    ...(grad && { vjp: ([dy], [x], [y]) => [grad(dy!, x!, y!)] }),
  };
  return (x) => apply(op, [toTensor(name, x)], undefined);
}

/** A public function of two tensors that broadcast. */
/* @__NO_SIDE_EFFECTS__ */
export function binary(name: string, body: (x: Expr, y: Expr) => Expr, { takes = "number", gives, grad }: BinaryOptions = {}): Binary {
  const op: Op<undefined> = {
    name,
    infer([x, y]) {
      sameDType(name, [x!, y!]);
      check(name, [x!, y!], takes);
      return [makeSpec(broadcastShapes(name, [x!.shape, y!.shape]), gives ?? x!.dtype)];
    },
    how: { kind: "map", body: ([x, y]) => [body(x!, y!)] },
    ...(grad && { vjp: ([dy], [x, y], [z]) => grad(dy!, x!, y!, z!) }),
  };
  return (x, y) => withOperands(name, x, y, (...pair) => apply(op, pair, undefined));
}

interface FoldOptions extends Omit<FoldHow<Axes>, "kind" | "axes"> {
  readonly takes?: Takes;
  readonly gives?: DType;
  /** Means nothing where there are no elements. */
  readonly filled?: boolean;
  readonly grad?: (dy: Tensor, x: Tensor, y: Tensor, axes: readonly number[]) => Tensor | null;
}
export interface Axes {
  readonly axes: readonly number[];
}
/** A public reduction; its gradient gets dy and y with the reduced axes kept as 1. */
/* @__NO_SIDE_EFFECTS__ */
export function fold(name: string, { takes = "number", gives, filled, grad, ...how }: FoldOptions): Reduce {
  const op: Op<Axes> = {
    name,
    infer([x], { axes }) {
      check(name, [x!], takes);
      if (filled && axes.some((a) => x!.shape[a] === 0)) throw new ShapeError(name, "there are no elements to choose from", { got: [x!] });
      return [
        makeSpec(
          x!.shape.filter((_, i) => !axes.includes(i)),
          gives ?? x!.dtype,
        ),
      ];
    },
    how: { kind: "fold", axes: (a) => a.axes, ...how },
    ...(grad && {
      vjp: ([dy], [x], [y], { axes }) => {
        const kept = keepAxes(x!.dims, axes);
        return [grad(reshape(dy!, kept), x!, reshape(y!, kept), axes)];
      },
    }),
  };
  return (x, { axis, keepDims } = {}) => {
    const t = toTensor(name, x);
    const axes = normalizeAxes(name, axis, t.rank);
    const y = apply(op, [t], { axes });
    return keepDims ? reshape(y, keepAxes(t.dims, axes)) : y;
  };
}

export const keepAxes = (shape: Shape, axes: readonly number[]): Shape => shape.map((d, i) => (axes.includes(i) ? 1 : d));

// Annotated, as the forms above are, so that bundlers drop what nobody uses.
/** A function that the scalar language has under the same name. */
/* @__NO_SIDE_EFFECTS__ */
const elementwise = (name: UnaryScalar, options?: UnaryOptions): Unary => unary(name, (x) => s.unary(name, x), options);
/* @__NO_SIDE_EFFECTS__ */
const scalar2 =
  (op: BinaryScalar) =>
  (x: Expr, y: Expr): Expr =>
    s.binary(op, x, y);
/* @__NO_SIDE_EFFECTS__ */
const truth =
  (op: CompareScalar) =>
  (x: Expr, y: Expr): Expr =>
    s.compare(op, x, y);

// ---- Arithmetic: broadcasting, inputs of one dtype, a number takes the other operand's.

/** `x + y`. */
export const add: Binary = binary("add", s.add, { grad: (dy) => [dy, dy] });
/** `x − y`. */
export const sub: Binary = binary("sub", s.sub, { grad: (dy) => [dy, neg(dy)] });
/** `x · y`, elementwise. */
export const mul: Binary = binary("mul", s.mul, { grad: (dy, x, y) => [mul(dy, y), mul(dy, x)] });
/** `x / y` of floats; integers divide with `floorDiv`, or `cast` first. */
export const div: Binary = binary("div", s.div, { takes: "float", grad: (dy, x, y) => [div(dy, y), neg(div(mul(dy, x), mul(y, y)))] });
/** `x / y`, and 0 where y is 0. */
export const divNoNan: Binary = binary("divNoNan", (x, y) => s.select(s.eq(y, s.like(y, 0)), s.like(x, 0), s.div(x, y)), {
  takes: "float",
  grad: (dy, x, y) => [divNoNan(dy, y), neg(divNoNan(mul(dy, x), mul(y, y)))],
});
/** `⌊x / y⌋`. */
export const floorDiv: Binary = binary("floorDiv", scalar2("floorDiv"), { grad: () => [null, null] });
/** The remainder of floor division, with the sign of y. */
export const mod: Binary = binary("mod", scalar2("mod"), { grad: (dy, x, y) => [dy, neg(mul(dy, floorDiv(x, y)))] });
/** `x` to the power `y`. */
export const pow: Binary = binary("pow", scalar2("pow"), {
  takes: "float",
  grad: (dy, x, y, z) => [
    mul(dy, mul(y, pow(x, sub(y, 1)))),
    mul(dy, mul(z, where(greater(x, 0), log(where(greater(x, 0), x, scalarLike(x, 1))), scalarLike(x, 0)))),
  ],
});
/** The larger of x and y. NaN if either is. The gradient goes to x where they are equal. */
export const maximum: Binary = binary("maximum", s.max, { grad: (dy, x, y) => choose(dy, greaterEqual(x, y)) });
/** The smaller of x and y. NaN if either is. The gradient goes to x where they are equal. */
export const minimum: Binary = binary("minimum", s.min, { grad: (dy, x, y) => choose(dy, lessEqual(x, y)) });
const choose = (dy: Tensor, first: Tensor): [Tensor, Tensor] => [where(first, dy, scalarLike(dy, 0)), where(first, scalarLike(dy, 0), dy)];
/** `(x − y)²`. */
export const squaredDifference: Binary = binary("squaredDifference", (x, y) => s.mul(s.sub(x, y), s.sub(x, y)), {
  grad: (dy, x, y) => {
    const d = mul(dy, mul(sub(x, y), 2));
    return [d, neg(d)];
  },
});
/** The angle of the point (y, x), in (−π, π]. */
export const atan2: Binary = binary("atan2", scalar2("atan2"), {
  takes: "float",
  grad: (dy, y, x) => {
    const r = add(mul(x, x), mul(y, y));
    return [div(mul(dy, x), r), neg(div(mul(dy, y), r))];
  },
});

// ---- Comparison and logic: to bool, without gradient.

export const equal: Binary = binary("equal", truth("eq"), { takes: "any", gives: "bool" });
export const notEqual: Binary = binary("notEqual", truth("ne"), { takes: "any", gives: "bool" });
export const less: Binary = binary("less", truth("lt"), { gives: "bool" });
export const lessEqual: Binary = binary("lessEqual", truth("le"), { gives: "bool" });
export const greater: Binary = binary("greater", (x, y) => s.lt(y, x), { gives: "bool" });
export const greaterEqual: Binary = binary("greaterEqual", (x, y) => s.le(y, x), { gives: "bool" });
export const logicalAnd: Binary = binary("logicalAnd", s.and, { takes: "bool" });
export const logicalOr: Binary = binary("logicalOr", s.or, { takes: "bool" });
export const logicalXor: Binary = binary("logicalXor", truth("ne"), { takes: "bool", gives: "bool" });
export const logicalNot: Unary = unary("logicalNot", (x) => s.unary("not", x), { takes: "bool" });
export const isNaN: Unary = unary("isNaN", (x) => s.ne(x, x), { gives: "bool" });
export const isFinite: Unary = unary("isFinite", (x) => s.lt(s.unary("abs", x), s.like(x, Number.POSITIVE_INFINITY)), { gives: "bool" });
export const isInf: Unary = unary("isInf", (x) => s.eq(s.unary("abs", x), s.like(x, Number.POSITIVE_INFINITY)), { gives: "bool" });
export const bitwiseAnd: Binary = binary("bitwiseAnd", scalar2("bitAnd"), { takes: "int" });
export const bitwiseOr: Binary = binary("bitwiseOr", scalar2("bitOr"), { takes: "int" });
export const bitwiseXor: Binary = binary("bitwiseXor", scalar2("bitXor"), { takes: "int" });

// ---- Functions of one number.

export const neg: Unary = elementwise("neg", { takes: "number", grad: (dy) => neg(dy) });
export const abs: Unary = elementwise("abs", { takes: "number", grad: (dy, x) => mul(dy, sign(x)) });
/** −1, 0 or 1. */
export const sign: Unary = elementwise("sign", { takes: "number", grad: () => null });
export const floor: Unary = elementwise("floor", { grad: () => null });
export const ceil: Unary = elementwise("ceil", { grad: () => null });
/** To the nearest integer; halves to the even one, as in IEEE 754. */
export const round: Unary = elementwise("round", { grad: () => null });
export const square: Unary = unary("square", (x) => s.mul(x, x), { takes: "number", grad: (dy, x) => mul(dy, mul(x, 2)) });
export const sqrt: Unary = elementwise("sqrt", { grad: (dy, _x, y) => div(mul(dy, 0.5), y) });
/** `1 / √x`. */
export const rsqrt: Unary = elementwise("rsqrt", { grad: (dy, x, y) => mul(dy, mul(div(y, x), -0.5)) });
export const reciprocal: Unary = unary("reciprocal", (x) => s.div(s.like(x, 1), x), { grad: (dy, _x, y) => neg(mul(dy, mul(y, y))) });
export const exp: Unary = elementwise("exp", { grad: (dy, _x, y) => mul(dy, y) });
/** `eˣ − 1`, exact near 0. */
export const expm1: Unary = elementwise("expm1", { grad: (dy, _x, y) => mul(dy, add(y, 1)) });
export const log: Unary = elementwise("log", { grad: (dy, x) => div(dy, x) });
/** `log(1 + x)`, exact near 0. */
export const log1p: Unary = elementwise("log1p", { grad: (dy, x) => div(dy, add(x, 1)) });
export const sin: Unary = elementwise("sin", { grad: (dy, x) => mul(dy, cos(x)) });
export const cos: Unary = elementwise("cos", { grad: (dy, x) => neg(mul(dy, sin(x))) });
export const tan: Unary = elementwise("tan", { grad: (dy, _x, y) => mul(dy, add(mul(y, y), 1)) });
export const asin: Unary = elementwise("asin", { grad: (dy, x) => mul(dy, rsqrt(sub(1, mul(x, x)))) });
export const acos: Unary = elementwise("acos", { grad: (dy, x) => neg(mul(dy, rsqrt(sub(1, mul(x, x))))) });
export const atan: Unary = elementwise("atan", { grad: (dy, x) => div(dy, add(mul(x, x), 1)) });
export const sinh: Unary = elementwise("sinh", { grad: (dy, x) => mul(dy, cosh(x)) });
export const cosh: Unary = elementwise("cosh", { grad: (dy, x) => mul(dy, sinh(x)) });
export const tanh: Unary = elementwise("tanh", { grad: (dy, _x, y) => mul(dy, sub(1, mul(y, y))) });
export const asinh: Unary = elementwise("asinh", { grad: (dy, x) => mul(dy, rsqrt(add(mul(x, x), 1))) });
export const acosh: Unary = elementwise("acosh", { grad: (dy, x) => mul(dy, rsqrt(sub(mul(x, x), 1))) });
export const atanh: Unary = elementwise("atanh", { grad: (dy, x) => div(dy, sub(1, mul(x, x))) });
/** The error function. */
export const erf: Unary = elementwise("erf", { grad: (dy, x) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))) });
/** `1 / (1 + e⁻ˣ)`. */
export const sigmoid: Unary = unary("sigmoid", (x) => s.div(s.like(x, 1), s.add(s.like(x, 1), s.unary("exp", s.unary("neg", x)))), {
  grad: (dy, _x, y) => mul(dy, mul(y, sub(1, y))),
});
/** `max(x, 0)`; the gradient at 0 is 0. */
export const relu: Unary = unary("relu", (x) => s.max(x, s.like(x, 0)), {
  takes: "number",
  grad: (dy, _x, y) => where(greater(y, 0), dy, scalarLike(dy, 0)),
});
/** `log(1 + eˣ)`, without overflow. */
export const softplus: Unary = unary(
  "softplus",
  (x) => s.add(s.max(x, s.like(x, 0)), s.unary("log1p", s.unary("exp", s.unary("neg", s.unary("abs", x))))),
  {
    grad: (dy, x) => mul(dy, sigmoid(x)),
  },
);

/** The same values; gradients stop here. */
export const stopGradient: Unary = unary("stopGradient", (x) => x, { takes: "any", grad: () => null });
/** The same values. */
export const identity: Unary = unary("identity", (x) => x, { takes: "any", grad: (dy) => dy });

/** What `cast` is a node of, for those who put casts into graphs. */
export const castOp: Op<{ dtype: DType }> = {
  name: "cast",
  infer: ([x], { dtype }) => [makeSpec(x!.shape, dtype)],
  vjp: ([dy], [x]) => [isFloat(x!.dtype) ? cast(dy!, x!.dtype) : null],
  how: { kind: "map", body: ([x], { dtype }) => [dtype === "bool" ? s.ne(x!, s.like(x!, 0)) : s.cast(x!, dtype)] },
};
/** The values in another dtype: floats to integers toward zero, numbers to bool as `≠ 0`. */
export function cast(x: TensorLike, dtype: DType): Tensor {
  const t = toTensor("cast", x);
  return t.dtype === dtype ? t : apply(castOp, [t], { dtype });
}
const bitcastOp: Op<{ dtype: DType }> = {
  name: "bitcast",
  infer([x], { dtype }) {
    if (dtypeInfo(dtype).bytes !== dtypeInfo(x!.dtype).bytes)
      throw new DTypeError("bitcast", `${dtype} is of another width`, { got: [x!] });
    return [makeSpec(x!.shape, dtype)];
  },
  how: { kind: "map", body: ([x], { dtype }) => [s.bitcast(x!, dtype)] },
};
/** The same bits as another dtype of the same width. */
export const bitcast = (x: TensorLike, dtype: DType): Tensor => apply(bitcastOp, [toTensor("bitcast", x)], { dtype });

/** What `where` is a node of. */
export const whereOp: Op<undefined> = {
  name: "where",
  infer([c, x, y]) {
    if (c!.dtype !== "bool") throw new DTypeError("where", "the condition must be bool", { got: [c!] });
    sameDType("where", [x!, y!]);
    return [makeSpec(broadcastShapes("where", [c!.shape, x!.shape, y!.shape]), x!.dtype)];
  },
  vjp: ([dy], [c]) => [null, ...choose(dy!, c!)],
  how: { kind: "map", body: ([c, x, y]) => [s.select(c!, x!, y!)] },
};
/** x where the condition holds, else y; all three broadcast. */
export const where = (condition: TensorLike, x: TensorLike, y: TensorLike): Tensor =>
  withOperands("where", x, y, (...pair) => apply(whereOp, [toTensor("where", condition), ...pair], undefined));

const clipOp: Op<{ min: number; max: number }> = {
  name: "clipByValue",
  infer: ([x]) => [x!],
  vjp: ([dy], [x], _y, { min, max }) => [where(logicalAnd(greaterEqual(x!, min), lessEqual(x!, max)), dy!, scalarLike(dy!, 0))],
  how: { kind: "map", body: ([x], { min, max }) => [s.min(s.max(x!, s.like(x!, min)), s.like(x!, max))] },
};
/** Values below min become min, above max become max; no gradient passes there. */
export function clipByValue(x: TensorLike, min: number, max: number): Tensor {
  if (min > max) throw new ValueError("clipByValue", `the lower bound ${min} is above the upper bound ${max}`);
  return apply(clipOp, [toTensor("clipByValue", x)], { min, max });
}

// ---- Folds.

/** 16-bit floats add up in 32 bits. */
const wide = (dtype: DType): DType => (isHalf(dtype) ? "float32" : dtype);
const limits = (dtype: DType): readonly [number, number] =>
  isFloat(dtype) ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : integerRange(dtype);
/** Repeats a gradient along the axes a fold removed. */
const spread = (dy: Tensor, x: Tensor): Tensor => broadcastTo(dy, x.dims);

/** The sum over axes; 0 of nothing. */
export const sum: Reduce = fold("sum", {
  zero: (_, [x]) => [s.num(0, wide(x!.dtype))],
  lift: ([x]) => [s.cast(x!, wide(x!.dtype))],
  combine: ([a], [b]) => [s.add(a!, b!)],
  finish: finishSum,
  grad: (dy, x) => spread(dy, x),
});
/** The product over axes; 1 of nothing. */
export const prod: Reduce = fold("prod", {
  zero: (_, [x]) => [s.num(1, wide(x!.dtype))],
  lift: ([x]) => [s.cast(x!, wide(x!.dtype))],
  combine: ([a], [b]) => [s.mul(a!, b!)],
  finish: ([a], _, [x]) => [s.cast(a!, x!.dtype)],
  grad: (dy, x, _y, axes) => {
    // The product of all others without dividing: it holds at zeros, and can be differentiated again.
    const order = [...x.dims.keys()].filter((k) => !axes.includes(k)).concat(axes);
    const front = order.slice(0, order.length - axes.length).map((k) => x.dims[k]!);
    const moved = transpose(x, order);
    const others = productOfOthers(
      reshape(moved, [
        ...front,
        sizeOf(
          "prod",
          axes.map((a) => x.dims[a]!),
        ),
      ]),
    );
    return mul(
      dy,
      transpose(
        reshape(others, moved.dims),
        order.map((_, k) => order.indexOf(k)),
      ),
    );
  },
});
/** Along the last axis: what is before times what is behind, doubling the reach; n² products where n is unknown. */
function productOfOthers(x: Tensor): Tensor {
  const n = x.dims.at(-1)!;
  if (!isKnown(n)) {
    const wide = broadcastTo(reshape(x, [...x.dims.slice(0, -1), 1, n]), [...x.dims, n]);
    return prod(where(equal(iota([n, n], 0), iota([n, n], 1)), scalarLike(x, 1), wide), { axis: -1 });
  }
  const shift = (y: Tensor, by: number): Tensor => {
    const none = y.dims.slice(0, -1).map(() => [0, 0] as const);
    const begin = [...none.map(() => 0), Math.max(0, -by)];
    return slice(pad(y, [...none, [Math.max(0, by), Math.max(0, -by)]], 1), begin, y.dims);
  };
  const side = (direction: 1 | -1): Tensor => {
    let y = shift(x, direction);
    for (let reach = 1; reach < n; reach *= 2) y = mul(y, shift(y, reach * direction));
    return y;
  };
  return mul(side(1), side(-1));
}
/** The gradient of a maximum is shared evenly by all that attain it. */
const evenly = (dy: Tensor, x: Tensor, y: Tensor, axes: readonly number[]): Tensor => {
  const hit = cast(equal(x, y), x.dtype);
  return div(mul(hit, dy), sum(hit, { axis: axes, keepDims: true }));
};
/** The largest element along axes; −∞ (or the dtype's least) of nothing. */
export const max: Reduce = fold("max", {
  zero: (_, [x]) => [s.num(limits(x!.dtype)[0], x!.dtype)],
  combine: ([a], [b]) => [s.max(a!, b!)],
  grad: evenly,
});
/** The smallest element along axes. */
export const min: Reduce = fold("min", {
  zero: (_, [x]) => [s.num(limits(x!.dtype)[1], x!.dtype)],
  combine: ([a], [b]) => [s.min(a!, b!)],
  grad: evenly,
});
/** Whether any element along axes is true. */
export const any: Reduce = fold("any", { takes: "bool", zero: () => [s.num(0, "bool")], combine: ([a], [b]) => [s.or(a!, b!)] });
/** Whether all elements along axes are true. */
export const all: Reduce = fold("all", { takes: "bool", zero: () => [s.num(1, "bool")], combine: ([a], [b]) => [s.and(a!, b!)] });

const arg = (name: string, better: (a: Expr, b: Expr) => Expr, worst: 0 | 1): ((x: TensorLike, axis?: number) => Tensor) => {
  const reduce = fold(name, {
    gives: "int32",
    filled: true,
    zero: (_, [x]) => [s.num(limits(x!.dtype)[worst], x!.dtype), s.int(2 ** 31 - 1)],
    lift: ([x], position) => [x!, position],
    // Equal values: the earlier place, whatever the order the lanes come in.
    combine([a, i], [b, j]) {
      const takesB = s.or(better(b!, a!), s.and(s.eq(a!, b!), s.lt(j!, i!)));
      // NaN beats every number; of two the earlier place wins again.
      const nan = s.and(s.ne(b!, b!), s.or(s.eq(a!, a!), s.lt(j!, i!)));
      const takes = isFloat(a!.dtype) ? s.or(takesB, nan) : takesB;
      return [s.select(takes, b!, a!), s.select(takes, j!, i!)];
    },
    finish: ([, i]) => [i!],
  });
  return (x, axis = 0) => reduce(x, { axis });
};
/** Where the largest element along an axis is (the first of equals; NaN counts as larger than all), as int32. */
export const argMax: (x: TensorLike, axis?: number) => Tensor = /* @__PURE__ */ arg("argMax", (a, b) => s.lt(b, a), 0);
/** Where the smallest element along an axis is (the first of equals; NaN counts as smaller than all), as int32. */
export const argMin: (x: TensorLike, axis?: number) => Tensor = /* @__PURE__ */ arg("argMin", (a, b) => s.lt(a, b), 1);

const floatMean: Reduce = fold("mean", {
  takes: "float",
  zero: (_, [x]) => [s.num(0, wide(x!.dtype))],
  lift: ([x]) => [s.cast(x!, wide(x!.dtype))],
  combine: ([a], [b]) => [s.add(a!, b!)],
  finish: ([a], { axes }, [x]) => [s.cast(s.div(a!, s.cast(count(axes.map((k) => x!.shape[k]!)), a!.dtype)), x!.dtype)],
  grad: (dy, x, _y, axes) => spread(div(dy, sizeOfAxes(x, axes)), x),
});
/** The mean over axes; integers become float32. NaN of nothing. */
export function mean(x: TensorLike, options: ReduceOptions = {}): Tensor {
  const t = toTensor("mean", x);
  return floatMean(isFloat(t.dtype) ? t : cast(t, "float32"), options);
}

const count = (dims: Shape): Expr => dims.map(s.dim).reduce(s.mul, s.int(1));
const sizeOp: Op<{ dims: Shape; dtype: DType }> = {
  name: "sizeOf",
  infer: (_, { dtype }) => [makeSpec([], dtype)],
  how: { kind: "source", element: (_, { dims, dtype }) => s.cast(count(dims), dtype) },
};
/** How many elements lie along axes, as a scalar of the tensor's dtype; also where sizes are unknown. */
export function sizeOfAxes(x: Pick<Tensor, "dims" | "dtype">, axes: readonly number[]): Tensor | number {
  const dims = axes.map((a) => x.dims[a]!);
  return dims.every(isKnown) ? dims.reduce((a, b) => a * (b as number), 1) : apply(sizeOp, [], { dims, dtype: x.dtype });
}

// ---- Views: no arithmetic, only where an element comes from.

const reshapeOp: Op<{ shape: Shape }> = {
  name: "reshape",
  infer([x], { shape }) {
    checkSizes("reshape", shape);
    if (!sameSize("reshape", x!.shape, shape))
      throw new ShapeError("reshape", `the elements do not fill ${showShape(shape)} exactly`, { got: [x!] });
    return [makeSpec(shape, x!.dtype)];
  },
  vjp: ([dy], [x]) => [reshape(dy!, x!.dims)],
  how: { kind: "view", at: (index, { shape }, [x]) => [{ input: 0, index: reindex(index, shape, x!.shape) }] },
};
/** The same elements in another shape. One size may be −1: what is left. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const t = toTensor("reshape", x);
  const full = shape.includes(-1) ? fillIn(t.dims, shape) : shape;
  return sameShape(full, t.dims) ? t : apply(reshapeOp, [t], { shape: full });
}

const transposeOp: Op<{ perm: readonly number[] }> = {
  name: "transpose",
  infer: ([x], { perm }) => [
    makeSpec(
      perm.map((p) => x!.shape[p]!),
      x!.dtype,
    ),
  ],
  vjp: ([dy], _x, _y, { perm }) => [
    transpose(
      dy!,
      perm.map((_, k) => perm.indexOf(k)),
    ),
  ],
  how: { kind: "view", at: (index, { perm }) => [{ input: 0, index: perm.map((_, k) => index[perm.indexOf(k)]!) }] },
};
/** Axes in another order: axis i of the result is axis perm[i] of x. Reversed when absent. */
export function transpose(x: TensorLike, perm?: readonly number[]): Tensor {
  const t = toTensor("transpose", x);
  const axes = perm?.map((p) => normalizeAxis("transpose", p, t.rank)) ?? t.dims.map((_, i) => t.rank - 1 - i);
  if (axes.length !== t.rank || new Set(axes).size !== t.rank)
    throw new ShapeError("transpose", `[${perm?.join(", ")}] does not name each axis once`, { got: [t.spec] });
  return axes.every((p, i) => p === i) ? t : apply(transposeOp, [t], { perm: axes });
}

const broadcastToOp: Op<{ shape: Shape }> = {
  name: "broadcastTo",
  infer([x], { shape }) {
    checkSizes("broadcastTo", shape);
    const result = broadcastShapes("broadcastTo", [x!.shape, shape]);
    if (!sameShape(result, shape)) throw new ShapeError("broadcastTo", `cannot become ${showShape(shape)}`, { got: [x!] });
    return [makeSpec(shape, x!.dtype)];
  },
  vjp: ([dy]) => [dy!],
  how: {
    kind: "view",
    at: (index, _, [x]) => [{ input: 0, index: x!.shape.map((d, k) => (d === 1 ? s.int(0) : index[k + index.length - x!.shape.length]!)) }],
  },
};
/** x repeated along new axes and axes of size 1 until it has the shape. */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const t = toTensor("broadcastTo", x);
  return sameShape(t.dims, shape) ? t : apply(broadcastToOp, [t], { shape });
}

interface Slice {
  readonly begin: readonly number[];
  readonly strides: readonly number[];
  readonly size: Shape;
}
const sliceOp: Op<Slice> = {
  name: "slice",
  infer: ([x], { size }) => [makeSpec(size, x!.dtype)],
  vjp: ([dy], [x], _y, attrs) => [apply(unsliceOp, [dy!], { ...attrs, shape: x!.dims })],
  how: {
    kind: "view",
    at: (index, { begin, strides }) => [{ input: 0, index: index.map((i, k) => s.add(s.mul(i, s.int(strides[k]!)), s.int(begin[k]!))) }],
  },
};
/** The gradient of a slice: its elements put back into zeros. */
const unsliceOp: Op<Slice & { shape: Shape }> = {
  name: "unslice",
  infer: ([x], { shape }) => [makeSpec(shape, x!.dtype)],
  vjp: ([dy], _x, _y, { begin, strides, size }) => [apply(sliceOp, [dy!], { begin, strides, size })],
  how: {
    kind: "view",
    at(index, { begin, strides, size }) {
      const valid: Expr[] = [];
      const from = index.map((i, k) => {
        const stride = strides[k]!;
        const offset = stride > 0 ? s.sub(i, s.int(begin[k]!)) : s.sub(s.int(begin[k]!), i);
        const step = Math.abs(stride);
        const at = step === 1 ? offset : s.floorDiv(offset, s.int(step));
        if (step !== 1) valid.push(s.eq(s.mod(offset, s.int(step)), s.int(0)));
        valid.push(s.within(at, size[k]!));
        return at;
      });
      return [{ input: 0, index: from, ...(valid.length && { valid: valid.reduce(s.and) }) }];
    },
  },
};
/** A block of x: from `begin`, `size` elements along each axis (−1: to the end). */
export function slice(x: TensorLike, begin: readonly number[], size?: Shape): Tensor {
  const t = toTensor("slice", x);
  const from = t.dims.map((d, k) => {
    const b = begin[k] ?? 0;
    return b < 0 ? known("slice", d) + b : b;
  });
  const sizes = t.dims.map((d, k) => {
    const n = size?.[k] ?? -1;
    const rest = addDim(d, -from[k]!);
    if (n === -1) return rest;
    if (isKnown(rest) && isKnown(n) && n > rest)
      throw new ShapeError("slice", `[${from[k]}, ${from[k]! + n}) reaches beyond axis ${k}`, { got: [t.spec] });
    return n;
  });
  if (begin.length > t.rank || from.some((b) => b < 0) || sizes.some((n) => isKnown(n) && n < 0)) {
    throw new ShapeError("slice", `begin [${begin.join(", ")}] and size ${size ? showShape(size) : "(rest)"} do not lie inside`, {
      got: [t.spec],
    });
  }
  return sameShape(sizes, t.dims) ? t : apply(sliceOp, [t], { begin: from, strides: from.map(() => 1), size: sizes });
}
/** Every `strides[k]`-th element of [begin, end) along axis k; negative strides walk backward, negative places count from the end, null means the edge. */
export function stridedSlice(
  x: TensorLike,
  begin: readonly (number | null)[],
  end: readonly (number | null)[],
  strides?: readonly number[],
): Tensor {
  const t = toTensor("stridedSlice", x);
  const most = Math.max(begin.length, end.length, strides?.length ?? 0);
  if (most > t.rank) throw new ShapeError("stridedSlice", `names ${most} axes of ${t.rank}`, { got: [t.spec] });
  const begins: number[] = [];
  const steps: number[] = [];
  const sizes = t.dims.map((d, k): Dim => {
    const step = strides?.[k] ?? 1;
    if (step === 0) throw new ValueError("stridedSlice", `the stride of axis ${k} is 0`);
    steps.push(step);
    const [b, e] = [begin[k] ?? null, end[k] ?? null];
    if (!isKnown(d) && b === null && e === null && step === 1) return begins.push(0) && d;
    const n = known("stridedSlice", d);
    const clamp = (p: number): number => Math.min(Math.max(p < 0 ? p + n : p, step > 0 ? 0 : -1), step > 0 ? n : n - 1);
    const from = b === null ? (step > 0 ? 0 : n - 1) : clamp(b);
    const to = e === null ? (step > 0 ? n : -1) : clamp(e);
    begins.push(from);
    return Math.max(0, Math.ceil((to - from) / step));
  });
  return apply(sliceOp, [t], { begin: begins, strides: steps, size: sizes });
}
/** x with the order along axes turned round. */
export function reverse(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const t = toTensor("reverse", x);
  const axes = normalizeAxes("reverse", axis, t.rank);
  return apply(reverseOp, [t], { axes });
}
const reverseOp: Op<Axes> = {
  name: "reverse",
  infer: ([x]) => [x!],
  vjp: ([dy], _x, _y, { axes }) => [reverse(dy!, axes)],
  how: {
    kind: "view",
    at: (index, { axes }, [x]) => [
      { input: 0, index: index.map((i, k) => (axes.includes(k) ? s.sub(s.sub(s.dim(x!.shape[k]!), s.int(1)), i) : i)) },
    ],
  },
};

interface Pad {
  readonly paddings: readonly (readonly [number, number])[];
  readonly constantValue: number;
}
const padOp: Op<Pad> = {
  name: "pad",
  infer: ([x], { paddings }) => [
    makeSpec(
      x!.shape.map((d, k) => addDim(d, paddings[k]![0] + paddings[k]![1])),
      x!.dtype,
    ),
  ],
  vjp: ([dy], [x], _y, { paddings }) => [
    slice(
      dy!,
      paddings.map(([before]) => before),
      x!.dims,
    ),
  ],
  how: {
    kind: "view",
    fill: (a) => a.constantValue,
    at(index, { paddings }, [x]) {
      const from = index.map((i, k) => (paddings[k]![0] ? s.sub(i, s.int(paddings[k]![0])) : i));
      const valid = from.flatMap((i, k) => (paddings[k]![0] || paddings[k]![1] ? [s.within(i, x!.shape[k]!)] : []));
      return [{ input: 0, index: from, valid: valid.length ? valid.reduce(s.and) : undefined }];
    },
  },
};
/** x with `[before, after]` further elements along each axis, all `constantValue`. */
export function pad(x: TensorLike, paddings: readonly (readonly [number, number])[], constantValue = 0): Tensor {
  const t = toTensor("pad", x);
  if (paddings.length !== t.rank || paddings.some(([a, b]) => a < 0 || b < 0)) {
    throw new ShapeError("pad", `takes one [before, after] ≥ 0 for each of ${t.rank} axes, got ${JSON.stringify(paddings)}`, {
      got: [t.spec],
    });
  }
  return paddings.every(([a, b]) => a === 0 && b === 0) ? t : apply(padOp, [t], { paddings, constantValue });
}

const concatOp: Op<{ axis: number }> = {
  name: "concat",
  infer(inputs, { axis }) {
    sameDType("concat", inputs);
    const shape = [...inputs[0]!.shape];
    for (const x of inputs.slice(1)) {
      if (x.shape.length !== shape.length || x.shape.some((d, k) => k !== axis && d !== shape[k])) {
        throw new ShapeError("concat", `the shapes differ beyond axis ${axis}`, { got: inputs });
      }
      shape[axis] = sumDims("concat", shape[axis]!, x.shape[axis]!);
    }
    return [makeSpec(shape, inputs[0]!.dtype)];
  },
  vjp: ([dy], inputs, _y, { axis }) => {
    let at = 0;
    return inputs.map((x) => {
      const begin = x.dims.map((_, k) => (k === axis ? at : 0));
      at += known("concat", x.dims[axis]!);
      return slice(dy!, begin, x.dims);
    });
  },
  how: {
    kind: "view",
    at(index, { axis }, inputs) {
      let start: Expr = s.int(0);
      return inputs.map((x, input): Piece => {
        const local = s.sub(index[axis]!, start);
        const valid = inputs.length === 1 ? undefined : s.within(local, x.shape[axis]!);
        start = s.add(start, s.dim(x.shape[axis]!));
        return { input, index: index.map((i, k) => (k === axis ? local : i)), valid };
      });
    },
  },
};
/** Tensors joined along an axis; the other sizes agree. */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  const list = tensors.map((x) => toTensor("concat", x));
  if (!list.length) throw new ValueError("concat", "needs at least one tensor");
  return list.length === 1 ? list[0]! : apply(concatOp, list, { axis: normalizeAxis("concat", axis, list[0]!.rank) });
}

// ---- Sources.

/** A tensor of one repeated number. */
export function fill(shape: Shape, value: number, dtype: DType = "float32"): Tensor {
  checkSizes("fill", shape);
  encodeScalar("fill", value, dtype);
  return apply(fillOp, [], { shape, dtype, value });
}
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor => fill(shape, 0, dtype);
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => fill(shape, 1, dtype);
export const zerosLike = (x: TensorLike): Tensor => filledLike("zerosLike", x, 0);
export const onesLike = (x: TensorLike): Tensor => filledLike("onesLike", x, 1);
/** A symbolic tensor tells where the sizes come from: the model fills them in when they are known. */
function filledLike(op: string, x: TensorLike, value: number): Tensor {
  const t = toTensor(op, x);
  return apply(fillOp, t.trace ? [t] : [], { shape: t.dims, dtype: t.dtype, value });
}

const iotaOp: Op<{ shape: Shape; axis: number; dtype: DType }> = {
  name: "iota",
  infer(_, { shape, dtype }) {
    checkSizes("iota", shape);
    return [makeSpec(shape, dtype)];
  },
  how: { kind: "source", element: (index, { axis, dtype }) => s.cast(index[axis]!, dtype) },
};
/** Each element its own place along an axis. */
export const iota = (shape: Shape, axis = 0, dtype: DType = "int32"): Tensor =>
  apply(iotaOp, [], { shape, axis: normalizeAxis("iota", axis, shape.length), dtype });
