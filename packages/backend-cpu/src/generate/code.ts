/** The instructions generated kernels are made of: the scalar language, less what has no vector instruction. */
import type { Expr } from "@antler/compiler";
import type { DType } from "@antler/tensor-core";

/** Like the compiler's expressions, with a few machine ops more. */
export interface Code {
  readonly op: Expr["op"] | "fma" | "fnma" | "pmin" | "pmax";
  readonly args: readonly Code[];
  readonly dtype: DType;
  readonly value?: unknown;
}

const node = (op: Code["op"], dtype: DType, ...args: Code[]): Code => ({ op, args, dtype });

export const constant = (value: number, dtype: DType = "float32"): Code => ({ op: "const", args: [], dtype, value });
export const f = (value: number): Code => constant(value);
export const i = (value: number): Code => constant(value, "int32");
export const add = (a: Code, b: Code): Code => node("add", a.dtype, a, b);
export const sub = (a: Code, b: Code): Code => node("sub", a.dtype, a, b);
export const mul = (a: Code, b: Code): Code => node("mul", a.dtype, a, b);
export const div = (a: Code, b: Code): Code => node("div", a.dtype, a, b);
/** a·b + c, fused where the machine can. */
export const fma = (a: Code, b: Code, c: Code): Code => node("fma", a.dtype, a, b, c);
/** c − a·b. */
export const fnma = (a: Code, b: Code, c: Code): Code => node("fnma", a.dtype, a, b, c);
/** b < a ? b : a, one instruction: a where it is NaN. */
export const pmin = (a: Code, b: Code): Code => node("pmin", a.dtype, a, b);
/** a < b ? b : a, one instruction: a where it is NaN. */
export const pmax = (a: Code, b: Code): Code => node("pmax", a.dtype, a, b);
export const unary = (op: Code["op"], a: Code): Code => node(op, a.dtype, a);
export const neg = (a: Code): Code => unary("neg", a);
export const abs = (a: Code): Code => unary("abs", a);
export const sqrt = (a: Code): Code => unary("sqrt", a);
export const floor = (a: Code): Code => unary("floor", a);
export const round = (a: Code): Code => unary("round", a);
export const lt = (a: Code, b: Code): Code => node("lt", "bool", a, b);
export const le = (a: Code, b: Code): Code => node("le", "bool", a, b);
export const eq = (a: Code, b: Code): Code => node("eq", "bool", a, b);
export const and = (a: Code, b: Code): Code => node("and", "bool", a, b);
export const not = (a: Code): Code => node("not", "bool", a);
export const select = (c: Code, yes: Code, no: Code): Code => node("select", yes.dtype, c, yes, no);
export const cast = (a: Code, dtype: DType): Code => node("cast", dtype, a);
export const bits = (a: Code, dtype: DType): Code => (a.dtype === dtype ? a : node("bitcast", dtype, a));
export const bitAnd = (a: Code, b: Code): Code => node("bitAnd", a.dtype, a, b);
export const bitOr = (a: Code, b: Code): Code => node("bitOr", a.dtype, a, b);
export const bitXor = (a: Code, b: Code): Code => node("bitXor", a.dtype, a, b);
export const shl = (a: Code, n: number): Code => node("shl", a.dtype, a, constant(n, a.dtype));
export const shr = (a: Code, n: number): Code => node("shr", a.dtype, a, constant(n, a.dtype));
/** c₀xⁿ + c₁xⁿ⁻¹ + … by Horner's rule. */
export const polynomial = (x: Code, coefficients: readonly number[]): Code =>
  coefficients.slice(1).reduce((y, c) => fma(y, x, f(c)), f(coefficients[0]!) as Code);
