/** One op of the machine language as a WGSL expression of its arguments. */
import type { Code } from "@antler/compiler/machine";
import type { DType } from "@antler/tensor-core";
import { HALF_OPS } from "./halves.ts";
import { bytesOf, literal, type Type, typeOf } from "./text.ts";

type Spell = (a: string, b: string, c: string, e: Code) => string;
type Table = { readonly [op: string]: Spell };

const infix =
  (sign: string): Spell =>
  (a, b) =>
    `(${a} ${sign} ${b})`;
const call =
  (name: string): Spell =>
  (...args) =>
    `${name}(${args.filter((a) => typeof a === "string" && a !== "").join(", ")})`;

const common: Table = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  neg: (a) => `(-${a})`,
  abs: call("abs"),
  lt: infix("<"),
  le: infix("<="),
  eq: infix("=="),
  ne: infix("!="),
  select: (condition, yes, no) => `select(${no}, ${yes}, ${condition})`,
  fma: call("fma"),
  fnma: (a, b, c) => `fma(-${a}, ${b}, ${c})`,
  pmin: (a, b) => `select(${a}, ${b}, ${b} < ${a})`,
  pmax: (a, b) => `select(${a}, ${b}, ${a} < ${b})`,
};
const floats: Table = {
  min: call("minF"),
  max: call("maxF"),
  floor: call("floor"),
  ceil: call("ceil"),
  trunc: call("trunc"),
  round: call("round"),
  sqrt: call("sqrt"),
  sealed: (a) => `bitcast<f32>(bitcast<u32>(${a}) + zero())`,
  // A number differs from itself only if it is none. Compilers may take "not equal" for "less or greater", which NaN is neither.
  eq: (a, b) => (a === b ? `!isNan(${a})` : `(${a} == ${b})`),
  ne: (a, b) => (a === b ? `isNan(${a})` : `(isNan(${a}) || isNan(${b}) || ${a} != ${b})`),
};
const integers: Table = {
  min: call("min"),
  max: call("max"),
  bitAnd: infix("&"),
  bitOr: infix("|"),
  bitXor: infix("^"),
  shl: (a, b) => `(${a} << (u32(${b}) & 31u))`,
  shr: (a, b) => `(${a} >> (u32(${b}) & 31u))`,
  floor: (a) => a,
  ceil: (a) => a,
  trunc: (a) => a,
  round: (a) => a,
};
const signed: Table = { ...integers, floorDiv: call("floorDivI"), mod: call("modI") };
const unsigned: Table = {
  ...integers,
  abs: (a) => a,
  neg: (a) => `(0u - ${a})`,
  floorDiv: call("floorDivU"),
  mod: call("modU"),
  mulHi: call("mulHi"),
};
const truths: Table = {
  and: infix("&&"),
  or: infix("||"),
  not: (a) => `(!${a})`,
  eq: infix("=="),
  ne: infix("!="),
  min: infix("&&"),
  max: infix("||"),
  bitAnd: infix("&&"),
  bitOr: infix("||"),
  bitXor: infix("!="),
  lt: (a, b) => `(!${a} && ${b})`,
  le: (a, b) => `(!${a} || ${b})`,
};
const tables: { readonly [type in Type]: Table } = { f32: floats, i32: signed, u32: unsigned, bool: truths };

/** The expression of a node whose arguments are names already. */
export function spell(e: Code, args: readonly string[]): string {
  const [a, b, c] = args as [string, string, string];
  if (e.op === "const") return literal(e.value as number, typeOf(e.dtype));
  const from = e.args[0]!.dtype;
  if (e.op === "cast") return castOf(a, from, e.dtype);
  if (e.op === "bitcast") return bitcastOf(a, from, e.dtype);
  if (HALF_OPS.has(e.op)) return `${e.op}(${a})`;
  if (e.op === "select") return common["select"]!(a, b, c, e);
  const made = (tables[typeOf(from)][e.op] ?? common[e.op])?.(a, b, c, e);
  if (made === undefined) throw new Error(`WGSL has no word for ${e.op} of ${from}`);
  return made;
}

const limits: { readonly [dtype: string]: readonly [number, number] } = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  uint8: [0, 255],
  uint16: [0, 65535],
};
function castOf(a: string, from: DType, to: DType): string {
  const [given, wanted] = [typeOf(from), typeOf(to)];
  if (from === to) return a;
  if (wanted === "bool") return given === "f32" ? `(isNan(${a}) || ${a} != 0f)` : `(${a} != ${literal(0, given)})`;
  if (given === "bool") return `select(${literal(0, wanted)}, ${literal(1, wanted)}, ${a})`;
  if (given !== "f32") return wanted === given ? a : wanted === "f32" ? `f32(${a})` : `bitcast<${wanted}>(${a})`;
  const whole = `to${wanted === "i32" ? "I32" : "U32"}(${a})`;
  const ends = limits[to];
  return ends ? `clamp(${whole}, ${literal(ends[0], wanted)}, ${literal(ends[1], wanted)})` : whole;
}
/** The same bits. Narrow integers are extended to 32; whoever asks wraps them again. */
function bitcastOf(a: string, from: DType, to: DType): string {
  const [given, wanted] = [typeOf(from), typeOf(to)];
  if (given === wanted) return a;
  if (given === "bool") return `select(${literal(0, wanted)}, ${literal(1, wanted)}, ${a})`;
  if (wanted === "bool") return `(${a} != ${literal(0, given)})`;
  const mask = from.startsWith("int") && bytesOf(from) < 4 && wanted === "u32" ? ` & ${2 ** (8 * bytesOf(from)) - 1}u` : "";
  return mask ? `(bitcast<u32>(${a})${mask})` : `bitcast<${wanted}>(${a})`;
}
