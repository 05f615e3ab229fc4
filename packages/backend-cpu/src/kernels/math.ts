// Elementary functions on vectors of float32, as code in a function.

import type { FunctionBuilder, Local } from "../wasm/index.ts";

/** Below this exp(x) is no normal float32. */
export const lowestExp: number = -87.33654;

/**
 * Replaces each x by exp(x), for x up to 88; NaN stays NaN. Results for x below `lowest` (a vector, at least
 * `lowestExp` in each lane) are 0: WebAssembly cannot flush denormals, which are a hundred times slower. Several
 * vectors are worked on in turn, to hide the latency of each step.
 *
 * exp(x) = 2^n · exp(r), n = round(x / ln 2), |r| ≤ ln 2 / 2; the polynomial is Cephes' expf, good to 2 units
 * in the last place. Adding 1.5·2^23 + 127 rounds to an integer and leaves it, as an exponent, in the low bits of the sum.
 */
export function emitExp(f: FunctionBuilder, x: readonly Local[], lowest: Local): void {
  const constant = (value: number): Local => f.f32x4Constant(value);
  const lanes = x.map((value) => ({ x: value, shifted: f.local("v128"), y: f.local("v128"), isTiny: f.local("v128") }));
  const magic = constant(1.5 * 2 ** 23 + 127);
  for (const v of lanes) f.get(v.x).get(lowest).f32x4Lt().set(v.isTiny);
  for (const v of lanes) f.f32x4MultiplyAdd(v.x, constant(Math.LOG2E), magic).set(v.shifted);
  for (const v of lanes) f.get(v.shifted).get(magic).f32x4Sub().set(v.y);
  // ln 2 in two parts, the first short enough that its product with n is exact.
  for (const part of [0.693359375, -2.1219444e-4]) {
    for (const v of lanes) f.f32x4NegativeMultiplyAdd(v.y, constant(part), v.x).set(v.x);
  }
  const coefficients = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 1];
  emitPolynomial(f, lanes, coefficients);
  for (const v of lanes) {
    f.get(v.y).get(v.shifted).i32(23).i32x4Shl().f32x4Mul();
    f.get(v.isTiny).v128Andnot().set(v.x);
  }
}

/** y = c₀·xⁿ + c₁·xⁿ⁻¹ + … by Horner's rule, for several x in turn. */
function emitPolynomial(
  f: FunctionBuilder,
  lanes: readonly { readonly x: Local; readonly y: Local }[],
  coefficients: readonly number[],
): void {
  for (const [index, coefficient] of coefficients.entries()) {
    const constant = f.f32x4Constant(coefficient);
    for (const { x, y } of lanes) {
      if (index === 0) f.get(constant).set(y);
      else f.f32x4MultiplyAdd(y, x, constant).set(y);
    }
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
  emitPolynomial(f, [{ x, y }], coefficients);
  f.get(y).get(x).f32x4Mul().get(square).f32x4Mul().set(y);
  f.f32x4MultiplyAdd(exponent, constant(-2.1219444e-4), y).set(y);
  f.f32x4NegativeMultiplyAdd(square, constant(0.5), y).get(x).f32x4Add().set(y);
  f.f32x4MultiplyAdd(exponent, constant(0.693359375), y).set(x);
}
