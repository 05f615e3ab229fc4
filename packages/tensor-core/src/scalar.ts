/**
 * The scalar language: what one element of a result computes. A backend renders these ops and no others. It is `scalars` of the main
 * entry, and the entry @antler/tensor-core/scalars, from which bundlers take only what is used.
 */
import type { DType } from "./dtype.ts";
import type { Dim } from "./shape.ts";

export type UnaryScalar =
  | "neg"
  | "abs"
  | "sign"
  | "floor"
  | "ceil"
  | "trunc"
  | "round"
  | "sqrt"
  | "rsqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "erf"
  | "not"
  | "bitNot";
export type BinaryScalar =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "floorDiv"
  | "mod"
  | "pow"
  | "min"
  | "max"
  | "atan2"
  | "and"
  | "or"
  | "bitAnd"
  | "bitOr"
  | "bitXor"
  | "shl"
  | "shr"
  | "mulHi";
export type CompareScalar = "lt" | "le" | "eq" | "ne";
export type ScalarOp = UnaryScalar | BinaryScalar | CompareScalar | "select" | "cast" | "bitcast";

/** Ops that are many instructions on most machines. */
// biome-ignore format: a list of words
const longOps: ReadonlySet<string> = /* @__PURE__ */ new Set<ScalarOp>([
  "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
  "erf", "pow", "atan2",
]);
/** Instructions that take many times what a load from memory does. */
const slowOps: ReadonlySet<string> = /* @__PURE__ */ new Set<ScalarOp>(["div", "sqrt", "rsqrt", "mod", "floorDiv", "mulHi"]);
export const isLong = (op: string): boolean => longOps.has(op);
/** Whether an op costs many times a load from memory. */
export const isHeavy = (op: string): boolean => longOps.has(op) || slowOps.has(op);

/** A loop variable; told apart by identity. */
export interface Axis {
  readonly extent: Dim;
  readonly name: string;
}

/**
 * One node of a scalar expression. Leaves carry a `value`: `const` a number, `index` its axis, `dim` a size,
 * `read` the input it reads at `args`, `load` and `acc` whatever the lowering put there.
 */
export interface Expr {
  readonly op: ScalarOp | "const" | "index" | "dim" | "read" | "load" | "acc";
  readonly args: readonly Expr[];
  readonly dtype: DType;
  readonly value?: unknown;
}

const node = (op: Expr["op"], dtype: DType, args: readonly Expr[], value?: unknown): Expr => ({ op, args, dtype, value });

export const num = (value: number, dtype: DType): Expr => node("const", dtype, [], value);
/** A constant of the dtype of another expression. */
export const like = (x: Expr, value: number): Expr => num(value, x.dtype);
export const int = (value: number): Expr => num(value, "int32");
export const index = (axis: Axis): Expr => node("index", "int32", [], axis);
/** A size as an integer of the expression language. */
export const dim = (d: Dim): Expr => (typeof d === "number" ? int(d) : node("dim", "int32", [], d));
/** An element of input `input`, at indices that may depend on data. */
export const read = (input: number, dtype: DType, at: readonly Expr[]): Expr => node("read", dtype, at, input);
export const leaf = (op: "load" | "acc", dtype: DType, value: unknown, args: readonly Expr[] = []): Expr => node(op, dtype, args, value);
/** The same node over other arguments. */
export const withArgs = (e: Expr, args: readonly Expr[]): Expr => node(e.op, e.dtype, args, e.value);

export const unary = (op: UnaryScalar, x: Expr): Expr => node(op, x.dtype, [x]);
export const binary = (op: BinaryScalar, x: Expr, y: Expr): Expr => node(op, x.dtype, [x, y]);
export const compare = (op: CompareScalar, x: Expr, y: Expr): Expr => node(op, "bool", [x, y]);
export const cast = (x: Expr, dtype: DType): Expr => (x.dtype === dtype ? x : node("cast", dtype, [x]));
/** The same bits read as another dtype of the same width. */
export const bitcast = (x: Expr, dtype: DType): Expr => (x.dtype === dtype ? x : node("bitcast", dtype, [x]));
export const select = (condition: Expr, yes: Expr, no: Expr): Expr => node("select", yes.dtype, [condition, yes, no]);

type Two = (x: Expr, y: Expr) => Expr;
export const add: Two = (x, y) => binary("add", x, y);
export const sub: Two = (x, y) => binary("sub", x, y);
export const mul: Two = (x, y) => binary("mul", x, y);
export const div: Two = (x, y) => binary("div", x, y);
export const floorDiv: Two = (x, y) => binary("floorDiv", x, y);
export const mod: Two = (x, y) => binary("mod", x, y);
export const max: Two = (x, y) => binary("max", x, y);
export const min: Two = (x, y) => binary("min", x, y);
export const and: Two = (x, y) => binary("and", x, y);
export const or: Two = (x, y) => binary("or", x, y);
export const lt: Two = (x, y) => compare("lt", x, y);
export const le: Two = (x, y) => compare("le", x, y);
export const eq: Two = (x, y) => compare("eq", x, y);
export const ne: Two = (x, y) => compare("ne", x, y);
/** `0 ≤ x < n`. */
export const within = (x: Expr, n: Dim): Expr => and(le(int(0), x), lt(x, dim(n)));
