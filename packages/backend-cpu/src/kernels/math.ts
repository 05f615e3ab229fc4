// Elementary functions on vectors of float32, as code in a function.

import type { FunctionBuilder, Local } from "../wasm/index.ts";

/** Below this exp(x) is no normal float32. */
export const lowestExp: number = -87.33654;

/**
 * Replaces each x by exp(x), for x ≤ 0 or NaN-free x up to 88. Results for x below `lowest` (a vector, at least
 * `lowestExp` in each lane) are 0: WebAssembly cannot flush denormals, which are a hundred times slower. What
 * becomes of NaN is undefined. Several vectors are worked on in turn, to hide the latency of each step.
 *
 * exp(x) = 2^n · exp(r), n = round(x / ln 2), |r| ≤ ln 2 / 2; the polynomial is Cephes' expf, good to 2 units
 * in the last place. Adding 1.5·2^23 rounds to an integer and leaves it in the low bits of the sum.
 */
export function emitExp(f: FunctionBuilder, x: readonly Local[], lowest: Local): void {
  const constant = (value: number): Local => f.f32x4Constant(value);
  const lanes = x.map((value) => ({
    x: value,
    shifted: f.local("v128"),
    n: f.local("v128"),
    y: f.local("v128"),
    isTiny: f.local("v128"),
  }));
  const magic = constant(1.5 * 2 ** 23);
  const coefficients = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
  for (const v of lanes) f.get(v.x).get(lowest).f32x4Lt().set(v.isTiny);
  for (const v of lanes) f.get(v.x).get(lowest).f32x4Pmax().set(v.x);
  for (const v of lanes) f.f32x4MultiplyAdd(v.x, constant(Math.LOG2E), magic).set(v.shifted);
  for (const v of lanes) f.get(v.shifted).get(magic).f32x4Sub().set(v.n);
  // ln 2 in two parts, the first short enough that its product with n is exact.
  for (const v of lanes) f.f32x4NegativeMultiplyAdd(v.n, constant(0.693359375), v.x).set(v.x);
  for (const v of lanes) f.f32x4NegativeMultiplyAdd(v.n, constant(-2.1219444e-4), v.x).set(v.x);
  for (const v of lanes) f.get(constant(coefficients[0] as number)).set(v.y);
  for (const coefficient of coefficients.slice(1)) {
    for (const v of lanes) f.f32x4MultiplyAdd(v.y, v.x, constant(coefficient)).set(v.y);
  }
  for (const v of lanes) {
    const square = (): FunctionBuilder => f.get(v.x).get(v.x).f32x4Mul();
    f.f32x4MultiplyAdd(v.y, square, v.x).get(constant(1)).f32x4Add();
    f.get(v.shifted).i32(23).i32x4Shl().i32x4Add().get(v.isTiny).v128Andnot().set(v.x);
  }
}

/**
 * Replaces x by its natural logarithm, for positive normal x. Cephes' logf: x = 2^e · (1 + r) with 1 + r between
 * √½ and √2, good to 2 units in the last place.
 */
export function emitLog(f: FunctionBuilder, x: Local): void {
  const constant = (value: number): Local => f.f32x4Constant(value);
  const [exponent, y, square] = f.localsOf("v128", 3);
  // Subtracting the bits of √½ makes the exponent field count from the octave that begins there.
  const bitsOfHalfRoot = 0x3f3504f3;
  f.get(x).get(f.i32x4Constant(bitsOfHalfRoot)).i32x4Sub().i32(23).i32x4ShrS().set(exponent);
  f.get(x).get(exponent).i32(23).i32x4Shl().i32x4Sub().get(constant(1)).f32x4Sub().set(x);
  f.get(exponent).f32x4ConvertI32x4S().set(exponent);
  f.get(x).get(x).f32x4Mul().set(square);
  const coefficients = [
    7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
    -2.4999993993e-1, 3.3333331174e-1,
  ];
  f.get(constant(coefficients[0] as number)).set(y);
  for (const coefficient of coefficients.slice(1)) f.f32x4MultiplyAdd(y, x, constant(coefficient)).set(y);
  f.get(y).get(x).f32x4Mul().get(square).f32x4Mul().set(y);
  f.f32x4MultiplyAdd(exponent, constant(-2.1219444e-4), y).set(y);
  f.f32x4NegativeMultiplyAdd(square, constant(0.5), y).get(x).f32x4Add().set(y);
  f.f32x4MultiplyAdd(exponent, constant(0.693359375), y).set(x);
}
