/** One machine instruction on four lanes: the table from ops and dtypes to WebAssembly. */
import { type DType, isFloat } from "@antler/tensor-core";
import type { FunctionBuilder, InstructionName, Local } from "../wasm/index.ts";
import type { Code } from "./code.ts";

type Emit = (f: FunctionBuilder, a: Local, b: Local, c: Local) => void;
/** The op is one instruction on its arguments. */
const instruction =
  (name: InstructionName): Emit =>
  (f, ...args) => {
    for (const a of args) if (a) f.get(a);
    (f[name] as () => void)();
  };

/** The pseudo-minimum or -maximum keeps a NaN of its first operand; one of the second is put in: half the instructions of f32x4.max. */
const exact =
  (name: "f32x4Pmin" | "f32x4Pmax"): Emit =>
  (f, a, b) => {
    f.get(a).get(b)[name]();
    f.get(b).get(b).f32x4Ne().v128Or();
  };

// Ops that are not simply the instruction of their name, by what they work on.

const floats: { readonly [op: string]: Emit } = {
  min: exact("f32x4Pmin"),
  max: exact("f32x4Pmax"),
  round: instruction("f32x4Nearest"),
  fma: (f, a, b, c) => void f.f32x4MultiplyAdd(a, b, c),
  fnma: (f, a, b, c) => void f.f32x4NegativeMultiplyAdd(a, b, c),
};

const bitwise: { readonly [op: string]: Emit } = {
  bitAnd: instruction("v128And"),
  bitOr: instruction("v128Or"),
  bitXor: instruction("v128Xor"),
};
const shift =
  (name: "i32x4Shl" | "i32x4ShrS" | "i32x4ShrU"): Emit =>
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

/** Pushes the result of a node whose arguments are in locals. */
export function emitNode(f: FunctionBuilder, e: Code, args: readonly Local[]): void {
  const [a, b, c] = args as [Local, Local, Local];
  const from = e.args[0]!.dtype;
  if (e.op === "select") emitSelect(f, e, args);
  else if (e.op === "bitcast") f.get(a);
  else if (e.op === "cast") emitCast(f, from, e.dtype, a);
  else {
    const float = isFloat(from);
    const table = from === "bool" ? masks : float ? floats : isUnsigned(from) ? unsignedOps : signedOps;
    const name = (float ? "f32x4" : "i32x4") + e.op[0]!.toUpperCase() + e.op.slice(1);
    const own = table[e.op] ?? instruction((name in f ? name : name + (isUnsigned(from) ? "U" : "S")) as InstructionName);
    own(f, a, b, c);
  }
}
function emitSelect(f: FunctionBuilder, { args: [, yes, no] }: Code, [a, b, c]: readonly Local[]): void {
  if (isZero(no!)) f.get(b!).get(a!).v128And();
  else if (isZero(yes!)) f.get(c!).get(a!).v128Andnot();
  else f.get(b!).get(c!).get(a!).v128Bitselect();
}

function emitCast(f: FunctionBuilder, from: DType, to: DType, a: Local): void {
  f.get(a);
  if (from === to) return;
  if (to === "bool") {
    if (isFloat(from)) f.f32x4(0).f32x4Ne();
    else f.i32x4(0).i32x4Ne();
  } else if (isFloat(to)) {
    if (from === "bool") f.f32x4(1).v128And();
    else if (isUnsigned(from)) f.f32x4ConvertI32x4U();
    else f.f32x4ConvertI32x4S();
  } else if (from === "bool") f.i32x4(1).v128And();
  else if (isFloat(from)) clampTo(f, to);
}
/** A float as an integer: toward zero, NaN to 0, what is out of range to its nearest end. */
function clampTo(f: FunctionBuilder, to: DType): void {
  if (isUnsigned(to)) f.i32x4TruncSatF32x4U();
  else f.i32x4TruncSatF32x4S();
  const limits = { int8: [-128, 127], int16: [-32768, 32767], uint8: [0, 255], uint16: [0, 65535] }[to as string];
  if (!limits) return;
  if (isUnsigned(to)) f.i32x4(limits[1]!).i32x4MinU();
  else f.i32x4(limits[0]!).i32x4MaxS().i32x4(limits[1]!).i32x4MinS();
}

/** A constant whose bits are all 0. */
const isZero = (e: Code): boolean => e.op === "const" && Object.is(e.value, 0);

/** Pushes a constant in all lanes. */
export function emitConstant(f: FunctionBuilder, e: Code): void {
  const value = e.value as number;
  if (isFloat(e.dtype)) f.get(f.f32x4Constant(value));
  else f.get(f.i32x4Constant(e.dtype === "bool" ? (value ? -1 : 0) : value | 0));
}
