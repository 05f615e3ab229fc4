/**
 * The elementary functions on float32 lanes, in terms of machine instructions. Coefficients are Cephes' (Moshier) unless
 * stated, with the digits that float32 can tell.
 */
import {
  abs,
  add,
  and,
  bitAnd,
  bitOr,
  bits,
  bitXor,
  type Code,
  cast,
  constant,
  div,
  eq,
  fma,
  fnma,
  lt,
  mul,
  not,
  polynomial,
  round,
  sealed,
  select,
  shl,
  shr,
  sqrt,
  sub,
  within,
  withSign,
} from "./code.ts";

/** What each precision has its own way for. */
export interface Functions {
  /** Of a positive number, infinity or NaN. */
  log(x: Code): Code;
  /** aʸ for finite y, of an a that is positive and finite. */
  powPositive(a: Code, y: Code): Code;
  sin(x: Code): Code;
  cos(x: Code): Code;
  atan(x: Code): Code;
  readonly [op: string]: (x: Code, y: Code) => Code;
}

const f = (value: number): Code => constant(value, "float32");

/** 2ⁿ for an integer n in [−126, 127]. */
const power2 = (n: Code): Code => bits(shl(add(n, 127), 23), "float32");

/** Adding it rounds to an integer, and leaves that in the low bits of the sum. */
const MAGIC = 12582912;

/** expf: x = n·ln 2 + r. Results below 2⁻¹²⁵ are 0: denormals are a hundred times slower than zeros. */
function exp(x: Code): Code {
  const clamped = within(x, -87.33654, 89.4);
  const t = sealed(fma(clamped, Math.LOG2E, MAGIC));
  const n = sub(t, MAGIC);
  const r = fnma(n, -2.1219444e-4, fnma(n, 0.693359375, clamped));
  const y = polynomial(r, [1.9875691e-4, 1.3981999e-3, 8.333452e-3, 4.1665796e-2, 1.6666666e-1, 0.5, 1, 1]);
  // 2ⁿ⁻¹, which is 0 for the least n and infinite for the greatest; doubling overflows where exp does.
  const half = bits(add(shl(bits(t, "int32"), 23), 126 << 23), "float32");
  const scaled = mul(y, half);
  return add(scaled, scaled);
}

/** logf: x = 2ᵉ·(1 + r) with 1 + r between √½ and √2. */
function log(x: Code): Code {
  const tiny = lt(x, 1.1754944e-38);
  const normal = select(tiny, mul(x, 8388608), x);
  const b = bits(normal, "int32");
  const exponent = sub(shr(b, 23), 126);
  const mantissa = bits(bitOr(bitAnd(b, 0x7fffff), 0x3f000000), "float32");
  const low = lt(mantissa, Math.SQRT1_2);
  const r = sub(select(low, add(mantissa, mantissa), mantissa), 1);
  const e = add(cast(exponent, "float32"), add(select(low, f(-1), 0), select(tiny, f(-23), 0)));
  const z = mul(r, r);
  const p = polynomial(
    r,
    [7.0376836e-2, -1.151461e-1, 1.16769984e-1, -1.2420141e-1, 1.4249323e-1, -1.6668057e-1, 2.0000714e-1, -2.4999994e-1, 3.333333e-1],
  );
  const y = fma(e, -2.1219444e-4, fnma(0.5, z, mul(mul(p, r), z)));
  return fma(e, 0.693359375, add(r, y));
}

/** A series below ½, where the difference would cancel. */
function expm1(x: Code): Code {
  const p = polynomial(x, [1 / 362880, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5]);
  const small = fma(mul(p, x), x, x);
  return select(lt(abs(x), 0.5), small, sub(exp(x), 1));
}

/** sinf and cosf: Cody and Waite's reduction by multiples of π/2; good up to |x| of some thousands. */
function trigonometric(x: Code, quarter: 0 | 1): Code {
  const n = round(mul(x, 2 / Math.PI));
  const r = fnma(n, 7.5497894e-8, fnma(n, 4.837513e-4, fnma(n, 1.5703125, x)));
  const rr = fnma(n, 5.3903025e-15, r);
  const z = mul(rr, rr);
  const s = fma(mul(polynomial(z, [-1.9515296e-4, 8.332161e-3, -1.6666655e-1]), z), rr, rr);
  const c = add(fma(mul(polynomial(z, [2.4433157e-5, -1.3887316e-3, 4.1666646e-2]), z), z, mul(z, -0.5)), 1);
  const q = quarter === 0 ? cast(n, "int32") : add(cast(n, "int32"), 1);
  const odd = eq(bitAnd(q, 1), 1);
  const y = select(odd, c, s);
  const signed = bits(bitXor(bits(y, "int32"), shl(bitAnd(q, 2), 30)), "float32");
  return select(lt(abs(x), Number.POSITIVE_INFINITY), signed, Number.NaN);
}
const sin = (x: Code): Code => trigonometric(x, 0);
const cos = (x: Code): Code => trigonometric(x, 1);

function atan(x: Code): Code {
  const a = abs(x);
  const far = lt(2.4142137, a);
  const middle = and(not(far), lt(0.41421357, a));
  const t = select(far, div(-1, a), select(middle, div(sub(a, 1), add(a, 1)), a));
  const z = mul(t, t);
  const p = fma(mul(polynomial(z, [8.0537446e-2, -1.3877685e-1, 1.9977711e-1, -3.333295e-1]), z), t, t);
  return withSign(add(select(far, f(Math.PI / 2), select(middle, f(Math.PI / 4), 0)), p), x);
}
function asinPositive(a: Code): { y: Code; large: Code } {
  const large = lt(0.5, a);
  const z = select(large, mul(0.5, sub(1, a)), mul(a, a));
  const t = select(large, sqrt(z), a);
  const y = fma(mul(polynomial(z, [4.21632e-2, 2.4181312e-2, 4.5470025e-2, 7.4953005e-2, 1.6666752e-1]), z), t, t);
  return { y, large };
}
function asin(x: Code): Code {
  const { y, large } = asinPositive(abs(x));
  return withSign(select(large, fnma(y, 2, Math.PI / 2), y), x);
}
function acos(x: Code): Code {
  const { y, large } = asinPositive(abs(x));
  const negative = lt(x, 0);
  const near = select(negative, fnma(y, 2, Math.PI), mul(2, y));
  return select(large, near, select(negative, add(Math.PI / 2, y), sub(Math.PI / 2, y)));
}

function sinh(x: Code): Code {
  const a = abs(x);
  const e = exp(mul(a, 0.5));
  const big = sub(mul(mul(0.5, e), e), div(0.5, mul(e, e)));
  const z = mul(x, x);
  const small = fma(mul(polynomial(z, [2.0372191e-4, 8.330284e-3, 1.6666716e-1]), z), a, a);
  return withSign(select(lt(a, 1), small, big), x);
}
function cosh(x: Code): Code {
  const e = exp(mul(abs(x), 0.5));
  return add(mul(mul(0.5, e), e), div(0.5, mul(e, e)));
}
/** A rational approximation, good up to 8 and above 1 from 9.2 on, where it is cut off; coefficients of Eigen's ptanh. */
function tanh(x: Code): Code {
  const c = within(x, -10, 10);
  const z = mul(c, c);
  const p = mul(polynomial(z, [-2.7607684e-16, 2.000188e-13, -8.604672e-11, 5.1222973e-8, 1.48572235e-5, 6.3726195e-4, 4.8935246e-3]), c);
  const q = polynomial(z, [1.1982584e-6, 1.1853471e-4, 2.2684347e-3, 4.893525e-3]);
  return within(div(p, q), -1, 1);
}
/** erf: a rational approximation on [−4, 4]; coefficients of Eigen's perf. */
function erf(x: Code): Code {
  const c = within(x, -4, 4);
  const z = mul(c, c);
  const p = mul(polynomial(z, [-2.7261424e-10, 2.7706815e-8, -2.101024e-6, -5.6925062e-5, -7.3499064e-4, -2.9546e-3, -1.6096033e-2]), c);
  const q = polynomial(z, [-1.45660715e-5, -2.1337405e-4, -1.682827e-3, -7.3733293e-3, -1.4264739e-2]);
  return div(p, q);
}

function powPositive(a: Code, y: Code): Code {
  const b = bits(a, "int32");
  const e0 = sub(shr(b, 23), 127);
  const m0 = bits(bitOr(bitAnd(b, 0x7fffff), 0x3f800000), "float32");
  const high = lt(Math.SQRT2, m0);
  const m = select(high, mul(m0, 0.5), m0);
  const e = cast(add(e0, select(high, constant(1, "int32"), 0)), "float32");
  // log₂ m = 2/ln 2 · atanh(s), s = (m − 1) / (m + 1), s split so that its error is known.
  const t = sub(m, 1);
  const d = add(m, 1);
  const s = div(t, d);
  const sHigh = bits(bitAnd(bits(s, "int32"), -0x1000), "float32");
  const dHigh = bits(bitAnd(bits(d, "int32"), -0x1000), "float32");
  const dLow = sub(1, sealed(sub(dHigh, m)));
  const sLow = div(sub(sub(t, mul(sHigh, dHigh)), mul(sHigh, dLow)), d);
  const z = mul(s, s);
  const tail = mul(mul(polynomial(z, [0.11111111, 0.14285715, 0.2, 0.33333334]), z), s);
  const cHigh = 2.88525390625;
  const cLow = 2 / Math.LN2 - cHigh;
  const logHigh = mul(sHigh, cHigh);
  const logLow = add(mul(sHigh, cLow), mul(add(sLow, tail), 2 / Math.LN2));
  // y·(e + log) in two parts.
  const sum = sealed(add(e, logHigh));
  const rest = add(sub(logHigh, sealed(sub(sum, e))), logLow);
  const yHigh = bits(bitAnd(bits(y, "int32"), -0x1000), "float32");
  const yLow = sub(y, yHigh);
  const sumHigh = bits(bitAnd(bits(sum, "int32"), -0x1000), "float32");
  const sumLow = add(sub(sum, sumHigh), rest);
  const product = mul(yHigh, sumHigh);
  const correction = add(mul(yHigh, sumLow), mul(yLow, add(sumHigh, sumLow)));
  const total = within(add(product, correction), -150, 150);
  const n = round(total);
  const fraction = select(lt(abs(total), 150), add(sub(product, n), correction), 0);
  const p = polynomial(fraction, [1.540353e-4, 1.3333558e-3, 9.618129e-3, 5.550411e-2, 2.402265e-1, Math.LN2, 1]);
  const whole = cast(n, "int32");
  const half = shr(whole, 1);
  const scaled = mul(mul(p, power2(half)), power2(sub(whole, half)));
  return select(lt(total, -126), 0, scaled);
}

export const float32: Functions = { exp, expm1, log, sin, cos, atan, asin, acos, sinh, cosh, tanh, erf, powPositive };
