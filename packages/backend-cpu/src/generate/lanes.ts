/** One machine instruction on four lanes: the table from ops and dtypes to WebAssembly. */

import { type Code, isWide } from "@antler/compiler/machine";
import { type DType, isFloat } from "@antler/tensor-core";
import type { FunctionBuilder, InstructionName, Local } from "../wasm/index.ts";

type Emit = (f: FunctionBuilder, a: Local, b: Local, c: Local) => void;
/** The op is one instruction on its arguments. */
const instruction =
  (name: InstructionName): Emit =>
  (f, ...args) => {
    for (const a of args) if (a) f.get(a);
    (f[name] as () => void)();
  };

// Ops that are not simply the instruction of their name, by what they work on.

/** The pseudo-minimum or -maximum keeps a NaN of its first operand; one of the second is put in: half the instructions of f32x4.max. */
const exact =
  (shape: "f32x4" | "f64x2", name: "Pmin" | "Pmax"): Emit =>
  (f, a, b) => {
    f.get(a).get(b)[`${shape}${name}`]();
    f.get(b).get(b)[`${shape}Ne`]().v128Or();
  };
const floats = (shape: "f32x4" | "f64x2"): { readonly [op: string]: Emit } => ({
  min: exact(shape, "Pmin"),
  max: exact(shape, "Pmax"),
  round: instruction(`${shape}Nearest`),
  fma(f, a, b, c) {
    f.get(a).get(b);
    if (f.relaxed) f.get(c)[`${shape}RelaxedMadd`]();
    else f[`${shape}Mul`]().get(c)[`${shape}Add`]();
  },
  fnma(f, a, b, c) {
    if (f.relaxed) f.get(a).get(b).get(c)[`${shape}RelaxedNmadd`]();
    else f.get(c).get(a).get(b)[`${shape}Mul`]()[`${shape}Sub`]();
  },
});
const singles = floats("f32x4");
const doubles = floats("f64x2");

const bitwise: { readonly [op: string]: Emit } = {
  bitAnd: instruction("v128And"),
  bitOr: instruction("v128Or"),
  bitXor: instruction("v128Xor"),
};
const shift =
  (name: "i32x4Shl" | "i32x4ShrS" | "i32x4ShrU" | "i64x2Shl" | "i64x2ShrS"): Emit =>
  (f, a, b) =>
    void f.get(a).get(b).i32x4ExtractLane(0)[name]();
/** Integer division through float64, which holds every 32-bit integer exactly. */
const viaDouble =
  (signed: boolean, body: (f: FunctionBuilder) => void): Emit =>
  (f, a, b) => {
    const convert = signed ? "f64x2ConvertLowI32x4S" : "f64x2ConvertLowI32x4U";
    const back = signed ? "i32x4TruncSatF64x2SZero" : "i32x4TruncSatF64x2UZero";
    const half = (high: boolean): void => {
      for (const x of [a, b]) {
        f.get(x);
        if (high) f.get(x).i32x4Shuffle(2, 3, 2, 3);
        f[convert]();
      }
      f.f64x2Div();
      body(f);
      f[back]();
    };
    half(false);
    half(true);
    f.i32x4Shuffle(0, 1, 4, 5);
    // By zero: zero.
    f.get(b).i32x4(0).i32x4Ne().v128And();
  };
const quotient = (signed: boolean): Emit => viaDouble(signed, (f) => void f.f64x2Floor());

const integers = (signed: boolean): { readonly [op: string]: Emit } => ({
  ...bitwise,
  abs: signed ? instruction("i32x4Abs") : (f, a) => void f.get(a),
  shl: shift("i32x4Shl"),
  shr: shift(signed ? "i32x4ShrS" : "i32x4ShrU"),
  floorDiv: quotient(signed),
  mod: (f, a, b) => {
    f.get(a);
    quotient(signed)(f, a, b, b);
    f.get(b).i32x4Mul().i32x4Sub();
    // TensorFlow fails on a zero divisor; here the remainder is zero.
    f.get(b).i32x4(0).i32x4Ne().v128And();
  },
  mulHi: (f, a, b) => {
    f.get(a).get(b).i64x2ExtmulLowI32x4U();
    f.get(a).get(b).i64x2ExtmulHighI32x4U();
    f.i32x4Shuffle(1, 3, 5, 7);
  },
});
const signedOps = integers(true);
const unsignedOps = integers(false);
const wideOps: { readonly [op: string]: Emit } = { ...bitwise, shl: shift("i64x2Shl"), shr: shift("i64x2ShrS") };

const masks: { readonly [op: string]: Emit } = {
  ...bitwise,
  and: instruction("v128And"),
  or: instruction("v128Or"),
  not: instruction("v128Not"),
  eq: (f, a, b) => void f.get(a).get(b).v128Xor().v128Not(),
  ne: instruction("v128Xor"),
  max: instruction("v128Or"),
  min: instruction("v128And"),
  lt: (f, a, b) => void f.get(b).get(a).v128Andnot(),
  le: (f, a, b) => void f.get(a).v128Not().get(b).v128Or(),
};

const isUnsigned = (dtype: DType): boolean => dtype.startsWith("uint");
/** What a vector of a dtype is to its instructions. */
const shapeOf = (dtype: DType): "f32x4" | "f64x2" | "i32x4" | "i64x2" =>
  isFloat(dtype) ? (isWide(dtype) ? "f64x2" : "f32x4") : isWide(dtype) ? "i64x2" : "i32x4";

// Where 64-bit numbers are about, vectors have two elements, and those of 32 bits, and masks, repeat theirs.

function pick(f: FunctionBuilder, first: number, second: number): FunctionBuilder {
  const x = f.local("v128");
  return f.tee(x).get(x).i32x4Shuffle(first, second, first, second);
}
/** The low halves of 64-bit lanes. */
const narrow = (f: FunctionBuilder): FunctionBuilder => pick(f, 0, 2);
/** What an instruction left in the first two lanes. */
export const repeat = (f: FunctionBuilder): FunctionBuilder => pick(f, 0, 1);

/** Pushes the result of a node whose arguments are in locals. */
export function emitNode(f: FunctionBuilder, e: Code, args: readonly Local[]): void {
  const [a, b, c] = args as [Local, Local, Local];
  const from = e.args[0]!.dtype;
  if (e.op === "select") emitSelect(f, e, args);
  else if (e.op === "bitcast") f.get(a);
  else if (e.op === "cast") emitCast(f, from, e.dtype, a);
  else {
    const shape = shapeOf(from);
    const table = { f32x4: singles, f64x2: doubles, i64x2: wideOps, i32x4: isUnsigned(from) ? unsignedOps : signedOps }[shape];
    const name = shape + e.op[0]!.toUpperCase() + e.op.slice(1);
    const own =
      (from === "bool" ? masks : table)[e.op] ?? instruction((name in f ? name : name + (isUnsigned(from) ? "U" : "S")) as InstructionName);
    own(f, a, b, c);
    if (e.dtype === "bool" && isWide(from)) narrow(f);
  }
}
function emitSelect(f: FunctionBuilder, { args: [, yes, no], dtype }: Code, [a, b, c]: readonly Local[]): void {
  const mask = (): FunctionBuilder => (isWide(dtype) ? f.get(a!).i64x2ExtendLowI32x4S() : f.get(a!));
  if (isZero(no!)) {
    f.get(b!);
    mask().v128And();
  } else if (isZero(yes!)) {
    f.get(c!);
    mask().v128Andnot();
  } else {
    f.get(b!).get(c!);
    mask().v128Bitselect();
  }
}

function emitCast(f: FunctionBuilder, from: DType, to: DType, a: Local): void {
  f.get(a);
  if (from === to) return;
  const [given, wanted] = [shapeOf(from), shapeOf(to)];
  if (to === "bool") {
    f.i32x4(0)[`${given}Ne`]();
    if (isWide(from)) narrow(f);
  } else if (from === "bool") {
    if (isWide(to)) f.i64x2ExtendLowI32x4S();
    emitConstant(f, { op: "const", args: [], dtype: to, value: 1 });
    f.v128And();
  } else if (isFloat(from) && !isFloat(to) && !isWide(to)) clampTo(f, from, to);
  else conversions[`${given} ${wanted}`]?.(f, isUnsigned(from));
}
/** From one kind of vector to another; of the same kind there is nothing to do. */
const conversions: { readonly [shapes: string]: (f: FunctionBuilder, unsigned: boolean) => void } = {
  "i32x4 f32x4": (f, unsigned) => void (unsigned ? f.f32x4ConvertI32x4U() : f.f32x4ConvertI32x4S()),
  "i32x4 f64x2": (f, unsigned) => void (unsigned ? f.f64x2ConvertLowI32x4U() : f.f64x2ConvertLowI32x4S()),
  "i32x4 i64x2": (f, unsigned) => void (unsigned ? f.i64x2ExtendLowI32x4U() : f.i64x2ExtendLowI32x4S()),
  "i64x2 i32x4": narrow,
  "i64x2 f64x2": fromInt64,
  "i64x2 f32x4": (f) => void repeat(fromInt64(f).f32x4DemoteF64x2Zero()),
  "f64x2 f32x4": (f) => void repeat(f.f32x4DemoteF64x2Zero()),
  "f32x4 f64x2": (f) => void f.f64x2PromoteLowF32x4(),
  "f32x4 i64x2": (f) => toInt64(f.f64x2PromoteLowF32x4()),
  "f64x2 i64x2": toInt64,
};
function fromInt64(f: FunctionBuilder): FunctionBuilder {
  const x = f.local("v128");
  f.set(x).get(x);
  for (const lane of [0, 1]) f.get(x).i64x2ExtractLane(lane).f64ConvertI64S().f64x2ReplaceLane(lane);
  return f;
}
/** Toward zero, NaN to 0; what is out of range to the outermost integers that float64 has there. */
function toInt64(f: FunctionBuilder): void {
  const x = f.local("v128");
  f.get(f.constant(new Float64Array(2).fill(2 ** 63 - 1024)))
    .f64x2Pmin()
    .set(x)
    .get(x);
  for (const lane of [0, 1]) f.get(x).f64x2ExtractLane(lane).emit(0xfc, 0x06).i64x2ReplaceLane(lane);
}
/** A float as an integer: toward zero, NaN to 0, what is out of range to its nearest end. */
function clampTo(f: FunctionBuilder, from: DType, to: DType): void {
  if (isWide(from)) repeat(isUnsigned(to) ? f.i32x4TruncSatF64x2UZero() : f.i32x4TruncSatF64x2SZero());
  else if (isUnsigned(to)) f.i32x4TruncSatF32x4U();
  else f.i32x4TruncSatF32x4S();
  const limits = { int8: [-128, 127], int16: [-32768, 32767], uint8: [0, 255], uint16: [0, 65535] }[to as string];
  if (!limits) return;
  if (isUnsigned(to)) f.i32x4(limits[1]!).i32x4MinU();
  else f.i32x4(limits[0]!).i32x4MaxS().i32x4(limits[1]!).i32x4MinS();
}

/** A constant whose bits are all 0. */
const isZero = (e: Code): boolean => e.op === "const" && Object.is(e.value, 0);

/** Pushes a constant in all lanes. */
export function emitConstant(f: FunctionBuilder, { dtype, value }: Code): void {
  const n = value as number;
  if (dtype === "float32") f.get(f.f32x4Constant(n));
  else if (dtype === "float64") f.get(f.constant(new Float64Array(2).fill(n)));
  else if (isWide(dtype)) f.get(f.constant(new BigInt64Array(2).fill(BigInt(n))));
  else f.get(f.i32x4Constant(dtype === "bool" ? (n ? -1 : 0) : n | 0));
}
