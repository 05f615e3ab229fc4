/** The elementary functions on float64 lanes, within 2 units in the last place: series where they are short, no tables. */
import {
  abs,
  add,
  and,
  bitAnd,
  bits,
  bitXor,
  type Code,
  constant,
  div,
  eq,
  fma,
  fnma,
  lt,
  mul,
  neg,
  not,
  polynomial,
  round,
  select,
  shl,
  shr,
  sqrt,
  sub,
  within,
  withSign,
} from "./code.ts";
import type { Functions } from "./libm32.ts";

const f = (value: number): Code => constant(value, "float64");

/** Adding it rounds to an integer, and leaves that in the low bits of the sum. */
const MAGIC = 1.5 * 2 ** 52;
const MAGIC_BITS = 0x4338 * 2 ** 48;
const toInteger = (n: Code): Code => sub(bits(add(n, MAGIC), "int64"), MAGIC_BITS);
const toFloat = (n: Code): Code => sub(bits(add(n, MAGIC_BITS), "float64"), MAGIC);

/** ln 2 in two parts, the first so short that its products with exponents are exact. */
const LN2 = [0.6931471803691238, 1.9082149292705877e-10] as const;

/** 2ⁿ for an integer n in [−1022, 1023]. */
const power2 = (n: Code): Code => bits(shl(add(n, 1023), 52), "float64");
/** y·2ⁿ in two steps, so that only the result overflows or loses digits. */
function scale(y: Code, n: Code): Code {
  const half = shr(n, 1);
  return mul(mul(y, power2(half)), power2(sub(n, half)));
}

/** Coefficients for k from `count − 1` down to 0. */
const series = (count: number, coefficient: (k: number) => number): number[] =>
  Array.from({ length: count }, (_, k) => coefficient(count - 1 - k));
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** eʳ − 1 for |r| ≤ ln 2 / 2. */
const expm1Small = (r: Code): Code =>
  fma(
    mul(
      polynomial(
        r,
        series(12, (k) => 1 / factorial(k + 2)),
      ),
      r,
    ),
    r,
    r,
  );
/** x = n·ln 2 + r. */
function reduced(x: Code): { n: Code; p: Code } {
  const clamped = within(x, -746, 711);
  const n = round(mul(clamped, Math.LOG2E));
  return { n: toInteger(n), p: expm1Small(fnma(n, LN2[1], fnma(n, LN2[0], clamped))) };
}
function exp(x: Code): Code {
  const { n, p } = reduced(x);
  return scale(add(p, 1), n);
}
/** eˣ / 2, which overflows later than eˣ. */
function halfExp(x: Code): Code {
  const { n, p } = reduced(x);
  return scale(add(p, 1), sub(n, 1));
}
/** eˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1). */
function expm1(x: Code): Code {
  const { n, p } = reduced(within(x, -40, 40));
  const t = power2(n);
  return select(lt(40, x), exp(x), fma(p, t, sub(t, 1)));
}

/** x = 2ᵏ·m with m between √½ and √2, and m as its two summands 1 and r. */
function split(x: Code): { k: Code; r: Code } {
  const tiny = lt(x, 2 ** -1022);
  const b = bits(select(tiny, mul(x, 2 ** 54), x), "int64");
  const k = shr(sub(b, 0x3fe6a09e * 2 ** 32), 52);
  return { k: sub(toFloat(k), select(tiny, f(54), 0)), r: sub(bits(sub(b, shl(k, 52)), "float64"), 1) };
}
/** log(1 + r) = 2·atanh(s) = r − r²/2 + s·(r²/2 + z·(2/3 + 2z/5 + …)), s = r / (2 + r), z = s². */
function log(x: Code): Code {
  const { k, r } = split(x);
  const s = div(r, add(r, 2));
  const z = mul(s, s);
  const h = mul(mul(r, 0.5), r);
  const tail = mul(
    s,
    add(
      h,
      mul(
        z,
        polynomial(
          z,
          series(11, (n) => 2 / (2 * n + 3)),
        ),
      ),
    ),
  );
  return fma(k, LN2[0], sub(r, sub(h, fma(k, LN2[1], tail))));
}

/** π/2 in three parts, the first two of 33 bits; good up to |x| of a million. */
const QUARTER = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
function trigonometric(x: Code, quarter: 0 | 1): Code {
  const n = round(mul(x, 2 / Math.PI));
  const near = fnma(n, QUARTER[0], x);
  const step = mul(n, QUARTER[1]);
  const high = sub(near, step);
  const lost = sub(sub(near, high), step);
  const r = sub(high, sub(mul(n, QUARTER[2]), lost));
  const z = mul(r, r);
  const sine = fma(
    mul(
      polynomial(
        z,
        series(8, (k) => (-1) ** (k + 1) / factorial(2 * k + 3)),
      ),
      z,
    ),
    r,
    r,
  );
  const cosine = add(
    fma(
      mul(
        polynomial(
          z,
          series(7, (k) => (-1) ** k / factorial(2 * k + 4)),
        ),
        z,
      ),
      z,
      mul(z, -0.5),
    ),
    1,
  );
  const q = add(toInteger(n), quarter);
  const y = bits(select(eq(bitAnd(q, 1), 1), cosine, sine), "int64");
  const signed = bits(bitXor(y, shl(bitAnd(q, 2), 62)), "float64");
  return select(lt(abs(x), Number.POSITIVE_INFINITY), signed, Number.NaN);
}
const sin = (x: Code): Code => trigonometric(x, 0);
const cos = (x: Code): Code => trigonometric(x, 1);

/** What float64 lacks of π/2. */
const MORE = 6.123233995736766e-17;
/** Coefficients are Cephes' (Moshier). */
function atan(x: Code): Code {
  const a = abs(x);
  const far = lt(2.414213562373095, a);
  const middle = and(not(far), lt(0.66, a));
  const t = select(far, div(-1, a), select(middle, div(sub(a, 1), add(a, 1)), a));
  const z = mul(t, t);
  const p = polynomial(z, [-0.8750608600031904, -16.157537187333652, -75.00855792314705, -122.88666844901361, -64.85021904942025]);
  const q = polynomial(z, [1, 24.858464901423062, 165.02700983169885, 432.88106049129027, 485.3903996359137, 194.5506571482614]);
  const near = fma(div(mul(z, p), q), t, t);
  const base = select(far, f(Math.PI / 2), select(middle, f(Math.PI / 4), 0));
  return withSign(add(base, add(near, select(far, f(MORE), select(middle, f(MORE / 2), 0)))), x);
}
const asin = (x: Code): Code => atan(div(x, sqrt(mul(sub(1, x), add(1, x)))));
const acos = (x: Code): Code => mul(2, atan(sqrt(div(sub(1, x), add(1, x)))));

function sinh(x: Code): Code {
  const a = abs(x);
  const t = expm1(a);
  return withSign(select(lt(a, 20), mul(0.5, add(t, div(t, add(t, 1)))), halfExp(a)), x);
}
function cosh(x: Code): Code {
  const e = halfExp(abs(x));
  return add(e, div(0.25, e));
}
function tanh(x: Code): Code {
  const a = abs(x);
  const t = expm1(add(a, a));
  return withSign(select(lt(20, a), 1, div(t, add(t, 2))), x);
}

/** Maclaurin's series up to 1, then 1 − e^(−x²)·p(1 / (2 + x)), p fitted to what matters of erfc beside 1. */
function erf(x: Code): Code {
  const a = within(abs(x), 0, 6);
  const z = mul(a, a);
  const near = mul(
    a,
    polynomial(
      z,
      series(19, (k) => ((-1) ** k * 2) / (Math.sqrt(Math.PI) * factorial(k) * (2 * k + 1))),
    ),
  );
  const p = polynomial(
    div(1, add(a, 2)),
    [
      49.73867020622219, -102.33817045620441, 39.22028376354901, 74.16955854041876, -92.72693133120013, 39.03750310629141,
      -8.64504617077691, 5.012651138256116, 1.6872724558920038, 1.153032485895201, 0.562935351020056, 2.8785295458428166e-5,
    ],
  );
  return withSign(select(lt(a, 1), near, sub(1, mul(exp(neg(z)), p))), x);
}

/** A number in two parts, the second what the first lacks. */
type Pair = readonly [high: Code, low: Code];
const half = (x: Code): Code => bits(bitAnd(bits(x, "int64"), -(2 ** 27)), "float64");
/** Dekker's exact product, plus what is known of the factors' low parts. */
function product([a, al]: Pair, [b, bl]: Pair): Pair {
  const p = mul(a, b);
  const [ah, bh] = [half(a), half(b)];
  const [at, bt] = [sub(a, ah), sub(b, bh)];
  const low = add(add(add(sub(mul(ah, bh), p), mul(ah, bt)), mul(at, bh)), mul(at, bt));
  return [p, add(low, add(mul(a, bl), mul(al, b)))];
}
/** Knuth's exact sum. */
function sum([a, al]: Pair, [b, bl]: Pair): Pair {
  const s = add(a, b);
  const rest = sub(s, a);
  return [s, add(add(sub(a, sub(s, rest)), sub(b, rest)), add(al, bl))];
}
/** 2^(y·log₂ a), the logarithm in two parts so that the product keeps its digits. */
function powPositive(a: Code, y: Code): Code {
  const { k, r } = split(a);
  const d: Pair = [add(r, 2), f(0)];
  // s = r / (2 + r): what the quotient lacks is found by multiplying back.
  const first = div(r, d[0]);
  const dLow = sub(r, sub(d[0], 2));
  const [back, backLow] = product([first, f(0)], [d[0], dLow]);
  const s: Pair = [first, div(sub(sub(r, back), backLow), d[0])];
  const z = product(s, s);
  // atanh s = s + s·z·(⅓ + z/5 + z²/7 + …), of which only ⅓ needs two parts.
  const tail = mul(
    z[0],
    polynomial(
      z[0],
      series(9, (n) => 1 / (2 * n + 5)),
    ),
  );
  const third: Pair = [f(1 / 3), add(tail, 1.850371707708594e-17)];
  const logarithm = sum(s, product(product(s, z), third));
  const inBase2 = product(logarithm, [f(2 / Math.LN2), f(4.0710547481862066e-17)]);
  const [high, low] = product(sum([k, f(0)], inBase2), [within(y, -(2 ** 70), 2 ** 70), f(0)]);
  const total = within(add(high, low), -1100, 1100);
  const n = round(total);
  const fraction = select(lt(abs(total), 1100), add(sub(high, n), low), 0);
  return scale(add(expm1Small(mul(fraction, Math.LN2)), 1), toInteger(n));
}

export const float64: Functions = { exp, expm1, log, sin, cos, atan, asin, acos, sinh, cosh, tanh, erf, powPositive };
