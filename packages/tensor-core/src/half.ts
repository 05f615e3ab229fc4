/**
 * 16-bit floats: the bits they are stored as, and the numbers those stand for. Every op of the scalar language gives a number that
 * 16 bits hold, on every backend, whether ops are fused or not; only accumulators of folds, and insides of kernels, are float32.
 */
import type { DType } from "./dtype.ts";

export const isHalf = (dtype: DType): boolean => dtype.endsWith("float16");

/** The number that the bits of a 16-bit float stand for. */
export function fromBits(bits: number, dtype: DType): number {
  if (dtype === "bfloat16") return float32Of(bits << 16);
  // Where float32 has sign, exponent and fraction. Its exponents count from 112 lower, and 31 means nothing special.
  const special = (bits & 0x7c00) === 0x7c00 ? 0xff << 23 : 0;
  return float32Of(((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13) | special) * 2 ** 112;
}
const float32Of = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

/** The bits of the 16-bit float that is nearest to a number. */
export const toBits = (v: number, dtype: DType): number => (dtype === "float16" ? toFloat16(v) : toBFloat16(v));

/** Rounds to the nearest, halves to even. */
export function toBFloat16(v: number): number {
  if (Number.isNaN(v)) return 0x7fc0;
  const bits = new Uint32Array(Float32Array.of(v).buffer)[0]!;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
/** Rounds to the nearest, halves to even; beyond 65504 to infinity. */
export function toFloat16(v: number): number {
  const sign = v < 0 || Object.is(v, -0) ? 0x8000 : 0;
  const a = Math.abs(v);
  if (Number.isNaN(v)) return 0x7e00;
  if (a >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(a)));
  // Beside 2⁵² there is room for whole numbers only, and the addition rounds halves to even.
  const units = a / 2 ** (exponent - 10) + 2 ** 52 - 2 ** 52;
  // The first bit of a normal number is not stored: it makes the exponent one more.
  return sign | (((exponent + 14) << 10) + units);
}
