/** The elementary functions on float32 lanes, in terms of machine instructions. Coefficients are Cephes' (Moshier) unless stated. */
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
  div,
  eq,
  f,
  floor,
  fma,
  fnma,
  i,
  lt,
  mul,
  neg,
  not,
  pmax,
  pmin,
  polynomial,
  round,
  select,
  shl,
  shr,
  sqrt,
  sub,
} from "./code.ts";

const INFINITY = Number.POSITIVE_INFINITY;
const isNaN = (x: Code): Code => not(eq(x, x));
/** x between two bounds; NaN stays NaN. */
const within = (x: Code, lo: number, hi: number): Code => pmin(pmax(x, f(lo)), f(hi));

/** 2ⁿ for an integer n in [−126, 127]. */
const power2 = (n: Code): Code => bits(shl(add(n, i(127)), 23), "float32");

/** Adding it rounds to an integer, and leaves that in the low bits of the sum. */
const MAGIC = 12582912;

/** expf: x = n·ln 2 + r. Results below 2⁻¹²⁵ are 0: denormals are a hundred times slower than zeros. */
export function exp(x: Code): Code {
  const clamped = within(x, -87.33654, 89.4);
  const t = fma(clamped, f(Math.LOG2E), f(MAGIC));
  const n = sub(t, f(MAGIC));
  const r = fnma(n, f(-2.1219444e-4), fnma(n, f(0.693359375), clamped));
  const p = polynomial(r, [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]);
  const y = add(fma(mul(p, r), r, r), f(1));
  // 2ⁿ⁻¹, which is 0 for the least n and infinite for the greatest; doubling overflows where exp does.
  const half = bits(add(shl(bits(t, "int32"), 23), i(126 << 23)), "float32");
  const scaled = mul(y, half);
  return add(scaled, scaled);
}

/** logf: x = 2ᵉ·(1 + r) with 1 + r between √½ and √2. */
export function log(x: Code): Code {
  const tiny = lt(x, f(1.17549435e-38));
  const normal = select(tiny, mul(x, f(8388608)), x);
  const b = bits(normal, "int32");
  const exponent = sub(shr(b, 23), i(126));
  const mantissa = bits(bitOr(bitAnd(b, i(0x7fffff)), i(0x3f000000)), "float32");
  const low = lt(mantissa, f(Math.SQRT1_2));
  const r = sub(select(low, add(mantissa, mantissa), mantissa), f(1));
  const e = add(cast(exponent, "float32"), add(select(low, f(-1), f(0)), select(tiny, f(-23), f(0))));
  const z = mul(r, r);
  const p = polynomial(
    r,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
      -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  const y = fma(e, f(-2.1219444e-4), fnma(f(0.5), z, mul(mul(p, r), z)));
  const result = fma(e, f(0.693359375), add(r, y));
  const finite = select(eq(x, f(INFINITY)), x, result);
  return select(eq(x, f(0)), f(-INFINITY), select(lt(x, f(0)), f(Number.NaN), select(isNaN(x), x, finite)));
}

/** Kahan: the error of 1 + x cancels in x / ((1 + x) − 1). */
export function log1p(x: Code): Code {
  const u = add(x, f(1));
  const y = mul(log(u), div(x, sub(u, f(1))));
  return select(eq(u, f(1)), x, select(eq(u, f(INFINITY)), u, select(eq(u, f(0)), f(-INFINITY), y)));
}
/** A series below ½, where the difference would cancel. */
export function expm1(x: Code): Code {
  const p = polynomial(x, [1 / 362880, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5]);
  const small = fma(mul(p, x), x, x);
  return select(lt(abs(x), f(0.5)), small, sub(exp(x), f(1)));
}

/** sinf and cosf: Cody and Waite's reduction by multiples of π/2; good up to |x| of some thousands. */
function trigonometric(x: Code, quarter: 0 | 1): Code {
  const n = round(mul(x, f(2 / Math.PI)));
  const r = fnma(n, f(7.54978942e-8), fnma(n, f(4.83751297e-4), fnma(n, f(1.5703125), x)));
  const rr = fnma(n, f(5.39030253e-15), r);
  const z = mul(rr, rr);
  const s = fma(mul(polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]), z), rr, rr);
  const c = add(fma(mul(polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]), z), z, mul(z, f(-0.5))), f(1));
  const q = quarter === 0 ? cast(n, "int32") : add(cast(n, "int32"), i(1));
  const odd = eq(bitAnd(q, i(1)), i(1));
  const y = select(odd, c, s);
  const signed = bits(bitXor(bits(y, "int32"), shl(bitAnd(q, i(2)), 30)), "float32");
  return select(lt(abs(x), f(INFINITY)), signed, f(Number.NaN));
}
export const sin = (x: Code): Code => trigonometric(x, 0);
export const cos = (x: Code): Code => trigonometric(x, 1);
export const tan = (x: Code): Code => div(sin(x), cos(x));

/** The sign of x on a magnitude. */
const withSign = (magnitude: Code, x: Code): Code =>
  bits(bitOr(bits(magnitude, "int32"), bitAnd(bits(x, "int32"), i(-0x80000000))), "float32");

export function atan(x: Code): Code {
  const a = abs(x);
  const far = lt(f(2.414213562373095), a);
  const middle = and(not(far), lt(f(0.414213562373095), a));
  const t = select(far, div(f(-1), a), select(middle, div(sub(a, f(1)), add(a, f(1))), a));
  const z = mul(t, t);
  const p = fma(mul(polynomial(z, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]), z), t, t);
  return withSign(add(select(far, f(Math.PI / 2), select(middle, f(Math.PI / 4), f(0))), p), x);
}
export function atan2(y: Code, x: Code): Code {
  const [ay, ax] = [abs(y), abs(x)];
  const steep = lt(ax, ay);
  const ratio = div(select(steep, ax, ay), select(steep, ay, ax));
  const bothZero = and(eq(ax, f(0)), eq(ay, f(0)));
  const bothInfinite = and(eq(ax, f(INFINITY)), eq(ay, f(INFINITY)));
  const first = atan(select(bothZero, f(0), select(bothInfinite, f(1), ratio)));
  const octant = select(steep, sub(f(Math.PI / 2), first), first);
  const negative = lt(bits(x, "int32"), i(0));
  return withSign(select(negative, sub(f(Math.PI), octant), octant), y);
}
function asinPositive(a: Code): { y: Code; large: Code } {
  const large = lt(f(0.5), a);
  const z = select(large, mul(f(0.5), sub(f(1), a)), mul(a, a));
  const t = select(large, sqrt(z), a);
  const y = fma(mul(polynomial(z, [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1]), z), t, t);
  return { y, large };
}
export function asin(x: Code): Code {
  const { y, large } = asinPositive(abs(x));
  return withSign(select(large, fnma(f(2), y, f(Math.PI / 2)), y), x);
}
export function acos(x: Code): Code {
  const { y, large } = asinPositive(abs(x));
  const negative = lt(x, f(0));
  const near = select(negative, fnma(f(2), y, f(Math.PI)), mul(f(2), y));
  return select(large, near, select(negative, add(f(Math.PI / 2), y), sub(f(Math.PI / 2), y)));
}

export function sinh(x: Code): Code {
  const a = abs(x);
  const e = exp(mul(a, f(0.5)));
  const big = sub(mul(mul(f(0.5), e), e), div(f(0.5), mul(e, e)));
  const z = mul(x, x);
  const small = fma(mul(polynomial(z, [2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1]), z), a, a);
  return withSign(select(lt(a, f(1)), small, big), x);
}
export function cosh(x: Code): Code {
  const e = exp(mul(abs(x), f(0.5)));
  return add(mul(mul(f(0.5), e), e), div(f(0.5), mul(e, e)));
}
/** A rational approximation on [−7.9, 7.9], 1 beyond; coefficients of Eigen's ptanh. */
export function tanh(x: Code): Code {
  const c = within(x, -7.9988117, 7.9988117);
  const z = mul(c, c);
  const p = mul(
    polynomial(
      z,
      [
        -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5, 6.37261928875436e-4,
        4.89352455891786e-3,
      ],
    ),
    c,
  );
  const q = polynomial(z, [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3]);
  return select(lt(f(7.9988117), abs(x)), withSign(f(1), x), div(p, q));
}
export function asinh(x: Code): Code {
  const a = abs(x);
  const big = lt(f(1e10), a);
  const safe = select(big, f(1), a);
  const z = mul(safe, safe);
  const y = log1p(add(safe, div(z, add(f(1), sqrt(add(z, f(1)))))));
  return withSign(select(big, add(log(a), f(Math.LN2)), y), x);
}
export function acosh(x: Code): Code {
  const big = lt(f(1e10), x);
  const t = sub(select(big, f(1), x), f(1));
  return select(big, add(log(x), f(Math.LN2)), log1p(add(t, sqrt(fma(t, t, add(t, t))))));
}
export const atanh = (x: Code): Code => withSign(mul(f(0.5), log1p(div(mul(f(2), abs(x)), sub(f(1), abs(x))))), x);

/** erf: a rational approximation on [−4, 4]; coefficients of Eigen's perf. */
export function erf(x: Code): Code {
  const c = within(x, -4, 4);
  const z = mul(c, c);
  const p = mul(
    polynomial(
      z,
      [
        -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5, -7.34990630326855e-4, -2.95459980854025e-3,
        -1.60960333262415e-2,
      ],
    ),
    c,
  );
  const q = polynomial(z, [-1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3, -1.42647390514189e-2]);
  return div(p, q);
}

/** |x|ʸ = 2^(y·log₂|x|), with the logarithm in two parts so that the product keeps its digits. */
export function pow(x: Code, y: Code): Code {
  const a = abs(x);
  const infinite = eq(abs(y), f(INFINITY));
  const grows = eq(lt(f(1), a), lt(f(0), y));
  const limit = select(eq(a, f(1)), f(1), select(grows, f(INFINITY), f(0)));
  const magnitude = select(and(infinite, eq(a, a)), limit, powPositive(a, y));
  const whole = eq(floor(y), y);
  const half = mul(y, f(0.5));
  const odd = and(whole, not(eq(floor(half), half)));
  const signed = select(lt(x, f(0)), select(whole, select(odd, neg(magnitude), magnitude), f(Number.NaN)), magnitude);
  const atZero = select(lt(y, f(0)), f(INFINITY), f(0));
  return select(eq(y, f(0)), f(1), select(eq(x, f(1)), f(1), select(eq(x, f(0)), select(odd, withSign(atZero, x), atZero), signed)));
}
function powPositive(a: Code, y: Code): Code {
  const b = bits(a, "int32");
  const e0 = sub(shr(b, 23), i(127));
  const m0 = bits(bitOr(bitAnd(b, i(0x7fffff)), i(0x3f800000)), "float32");
  const high = lt(f(Math.SQRT2), m0);
  const m = select(high, mul(m0, f(0.5)), m0);
  const e = cast(add(e0, select(high, i(1), i(0))), "float32");
  // log₂ m = 2/ln 2 · atanh(s), s = (m − 1) / (m + 1), s split so that its error is known.
  const t = sub(m, f(1));
  const d = add(m, f(1));
  const s = div(t, d);
  const sHigh = bits(bitAnd(bits(s, "int32"), i(-0x1000)), "float32");
  const dHigh = bits(bitAnd(bits(d, "int32"), i(-0x1000)), "float32");
  const dLow = sub(f(1), sub(dHigh, m));
  const sLow = div(sub(sub(t, mul(sHigh, dHigh)), mul(sHigh, dLow)), d);
  const z = mul(s, s);
  const tail = mul(mul(polynomial(z, [0.11111111, 0.14285715, 0.2, 0.33333334]), z), s);
  const cHigh = 2.88525390625;
  const cLow = 2 / Math.LN2 - cHigh;
  const logHigh = mul(sHigh, f(cHigh));
  const logLow = add(mul(sHigh, f(cLow)), mul(add(sLow, tail), f(2 / Math.LN2)));
  // y·(e + log) in two parts.
  const sum = add(e, logHigh);
  const rest = add(sub(logHigh, sub(sum, e)), logLow);
  const yHigh = bits(bitAnd(bits(y, "int32"), i(-0x1000)), "float32");
  const yLow = sub(y, yHigh);
  const sumHigh = bits(bitAnd(bits(sum, "int32"), i(-0x1000)), "float32");
  const sumLow = add(sub(sum, sumHigh), rest);
  const product = mul(yHigh, sumHigh);
  const correction = add(mul(yHigh, sumLow), mul(yLow, add(sumHigh, sumLow)));
  const total = within(add(product, correction), -150, 150);
  const n = round(total);
  const fraction = select(lt(abs(total), f(150)), add(sub(product, n), correction), f(0));
  const p = polynomial(fraction, [1.540353e-4, 1.3333558e-3, 9.6181291e-3, 5.5504109e-2, 2.4022651e-1, Math.LN2, 1]);
  const whole = cast(n, "int32");
  const half = shr(whole, 1);
  const scaled = mul(mul(p, power2(half)), power2(sub(whole, half)));
  const small = select(lt(total, f(-126)), f(0), scaled);
  return select(eq(a, f(INFINITY)), select(lt(y, f(0)), f(0), f(INFINITY)), select(isNaN(y), y, select(isNaN(a), a, small)));
}
