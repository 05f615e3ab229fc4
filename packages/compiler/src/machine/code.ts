/** The instructions generated kernels are made of: the scalar language, less what has no vector instruction. */

import { type DType, dtypeInfo } from "@antler/tensor-core";
import type { Expr } from "../kernel.ts";

/** Like the compiler's expressions, with a few machine ops more. */
export interface Code {
  readonly op: Expr["op"] | "fma" | "fnma" | "pmin" | "pmax" | "sealed";
  readonly args: readonly Code[];
  readonly dtype: DType;
  readonly value?: unknown;
}
/** Code, or a number of the dtype of the code beside it. */
export type Operand = Code | number;

/** Whether an element takes 64 bits: two of them fill a vector. */
export const isWide = (dtype: DType): boolean => dtypeInfo(dtype).bytes === 8;
/** The integers with as many bits. */
export const integer = (x: Code): DType => (isWide(x.dtype) ? "int64" : "int32");

export const constant = (value: number, dtype: DType): Code => ({ op: "const", args: [], dtype, value });
/** A node over operands of one dtype, which is its own too. */
const node = (op: Code["op"], ...operands: Operand[]): Code => {
  const { dtype } = operands.find((a) => typeof a !== "number") as Code;
  return { op, args: operands.map((a) => (typeof a === "number" ? constant(a, dtype) : a)), dtype };
};
const truth = (op: Code["op"], a: Operand, b: Operand): Code => ({ ...node(op, a, b), dtype: "bool" });

export const add = (a: Operand, b: Operand): Code => node("add", a, b);
export const sub = (a: Operand, b: Operand): Code => node("sub", a, b);
export const mul = (a: Operand, b: Operand): Code => node("mul", a, b);
/** The same value, which sums and differences are not computed across: (sealed(x + 1) − 1) is what was left of x beside 1. */
export const sealed = (a: Code): Code => node("sealed", a);
export const div = (a: Operand, b: Operand): Code => node("div", a, b);
/** a·b + c, fused where the machine can. */
export const fma = (a: Operand, b: Operand, c: Operand): Code => node("fma", a, b, c);
/** c − a·b. */
export const fnma = (a: Operand, b: Operand, c: Operand): Code => node("fnma", a, b, c);
/** b < a ? b : a, one instruction: a where it is NaN. */
export const pmin = (a: Code, b: Operand): Code => node("pmin", a, b);
/** a < b ? b : a, one instruction: a where it is NaN. */
export const pmax = (a: Code, b: Operand): Code => node("pmax", a, b);
export const min = (a: Code, b: Operand): Code => node("min", a, b);
export const max = (a: Code, b: Operand): Code => node("max", a, b);
export const neg = (a: Code): Code => node("neg", a);
export const abs = (a: Code): Code => node("abs", a);
export const sqrt = (a: Code): Code => node("sqrt", a);
export const floor = (a: Code): Code => node("floor", a);
export const round = (a: Code): Code => node("round", a);
export const lt = (a: Operand, b: Operand): Code => truth("lt", a, b);
export const eq = (a: Operand, b: Operand): Code => truth("eq", a, b);
export const and = (a: Code, b: Code): Code => truth("and", a, b);
export const not = (a: Code): Code => node("not", a);
/** `yes` or `no`, of which one at least is code. */
export function select(c: Code, yes: Operand, no: Operand): Code {
  const both = node("select", yes, no);
  return { ...both, args: [c, ...both.args] };
}
export const cast = (a: Code, dtype: DType): Code => (a.dtype === dtype ? a : { op: "cast", args: [a], dtype });
export const bits = (a: Code, dtype: DType): Code => (a.dtype === dtype ? a : { op: "bitcast", args: [a], dtype });
export const bitAnd = (a: Code, b: Operand): Code => node("bitAnd", a, b);
export const bitOr = (a: Code, b: Operand): Code => node("bitOr", a, b);
export const bitXor = (a: Code, b: Operand): Code => node("bitXor", a, b);
export const shl = (a: Code, n: number): Code => node("shl", a, n);
export const shr = (a: Code, n: number): Code => node("shr", a, n);

/** c₀xⁿ + c₁xⁿ⁻¹ + … by Horner's rule. */
export const polynomial = (x: Code, [first, ...rest]: readonly number[]): Code =>
  rest.reduce((y, c) => fma(y, x, c), constant(first!, x.dtype));
export const isNaN = (x: Code): Code => not(eq(x, x));
/** x between two bounds; NaN stays NaN. */
export const within = (x: Code, lo: number, hi: number): Code => pmin(pmax(x, lo), hi);
/** The sign of x on a magnitude. */
export const withSign = (magnitude: Code, x: Code): Code =>
  bits(bitOr(bits(magnitude, integer(x)), bitAnd(bits(x, integer(x)), isWide(x.dtype) ? -(2 ** 63) : -(2 ** 31))), x.dtype);
