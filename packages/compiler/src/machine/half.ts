/** 16-bit floats: in registers they are float32 numbers that 16 bits can hold, in memory those bits. */
import type { DType } from "@antler/tensor-core";
import {
  abs,
  add,
  bitAnd,
  bitOr,
  bits,
  type Code,
  cast,
  constant,
  eq,
  isNaN,
  isWide,
  max,
  min,
  mul,
  select,
  shl,
  shr,
  sub,
  withSign,
} from "./code.ts";

/** What numbers of 16 bits are made of and become. */
export interface Halves {
  /** The number that bits of a dtype stand for. */
  widen(stored: Code, dtype: DType): Code;
  /** The bits of a number that the dtype can hold. */
  narrow(x: Code, dtype: DType): Code;
  /** The nearest number that a dtype can hold, halves to even. */
  rounded(x: Code, dtype: DType): Code;
}

const int = (x: Code): Code => bits(x, "int32");
const float = (x: Code): Code => bits(x, "float32");

/** The number that bits of a dtype stand for. */
function widen(stored: Code, dtype: DType): Code {
  const word = int(stored);
  if (dtype === "bfloat16") return float(shl(word, 16));
  // Where float32 has sign, exponent and fraction, but for exponents that count from 112 lower; 31 means nothing special.
  const magnitude = mul(float(shl(bitAnd(word, 0x7fff), 13)), 2 ** 112);
  const special = select(eq(bitAnd(word, 0x7c00), 0x7c00), constant(0x7f800000, "int32"), 0);
  return float(bitOr(bitOr(int(magnitude), special), shl(bitAnd(word, 0x8000), 16)));
}
/** The bits of a number that the dtype can hold. */
function narrow(x: Code, dtype: DType): Code {
  const word = shr(int(x), 16);
  if (dtype === "bfloat16") return bits(word, "uint16");
  // Subnormal numbers become float32's, and an infinite exponent keeps its low bits.
  const magnitude = shr(int(mul(abs(x), 2 ** -112)), 13);
  return bits(bitOr(bitAnd(magnitude, 0x7fff), bitAnd(word, 0x8000)), "uint16");
}
/** The nearest number that a dtype can hold, halves to even. */
function rounded(x: Code, dtype: DType): Code {
  if (dtype === "bfloat16") {
    const word = int(x);
    const up = add(word, add(bitAnd(shr(word, 16), 1), 0x7fff));
    return select(isNaN(x), float(bitOr(word, 0x400000)), float(bitAnd(up, -0x10000)));
  }
  // Beside 1.5·2¹³⁺ᵉ there is room for ten bits behind the first one of a number of exponent e; the least exponent is −14.
  const exponent = min(max(bitAnd(int(x), 0x7f800000), 113 << 23), 144 << 23);
  const beside = float(add(exponent, (13 << 23) | 0x400000));
  const near = sub(add(x, beside), beside);
  // What is beyond 65504 overflows.
  return withSign(mul(mul(near, 2 ** 112), 2 ** -112), x);
}
/** With shifts and products, which every machine has. */
export const words: Halves = { widen, narrow, rounded };

/**
 * A number as float32, on the way to 16 bits: of a float64 what is cut off is noted in the last bit, so that rounding again rounds
 * as if it were for the first time.
 */
export function toFloat32(x: Code): Code {
  if (!isWide(x.dtype)) return cast(x, "float32");
  const word = bits(cast(x, "float64"), "int64");
  const noted = select(eq(bitAnd(word, 2 ** 29 - 1), 0), word, bitOr(word, 2 ** 29));
  return cast(bits(bitAnd(noted, -(2 ** 29)), "float64"), "float32");
}
