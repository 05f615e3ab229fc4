/** The logarithm of the gamma function, its derivatives, and the inverse of the error function. */
import type { Unary } from "../forms.ts";
import { exp, mul, unary } from "../primitives.ts";
import * as s from "../scalar.ts";

type One = (x: s.Expr) => s.Expr;
const sum = (terms: readonly s.Expr[]): s.Expr => terms.reduce(s.add);
/** `c₀ + c₁ x + c₂ x² + …` */
const polynomial = (x: s.Expr, coefficients: readonly number[]): s.Expr =>
  coefficients.map((c) => s.like(x, c)).reduceRight((rest, c) => s.add(s.mul(rest, x), c));
const inverse: One = (x) => s.div(s.like(x, 1), x);
const pi: One = (x) => s.like(x, Math.PI);
/** Where x < ½, `reflected(f(1 − x))`; the functions here are computed for x ≥ ½. */
const reflect = (x: s.Expr, f: One, reflected: One): s.Expr => {
  const left = s.lt(x, s.like(x, 0.5));
  const value = f(s.select(left, s.sub(s.like(x, 1), x), x));
  return s.select(left, reflected(value), value);
};
/** `π (x − n)` for the integer n next to x: has the tangent of πx, and its sine but for the sign. */
const turn: One = (x) => s.mul(pi(x), s.sub(x, s.unary("round", x)));

/** Lanczos's approximation with g = 7 (coefficients of P. Godfrey, 2001). */
const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012,
  9.984369578019572e-6, 1.5056327351493116e-7,
];
const logGamma: One = (x) => {
  const z = s.sub(x, s.like(x, 1));
  const t = s.add(z, s.like(x, 7.5));
  const series = sum([s.like(x, 0.9999999999998099), ...LANCZOS.map((c, i) => s.div(s.like(x, c), s.add(z, s.like(x, i + 1))))]);
  const power = s.mul(s.add(z, s.like(x, 0.5)), s.sub(s.unary("log", t), s.like(x, 1)));
  return sum([power, s.like(x, Math.log(2 * Math.PI) / 2 - 7), s.unary("log", series)]);
};
/** Shifted by this much, eight terms of the asymptotic series are enough for 64 bits. */
const SHIFT = 8;
const shifted = (x: s.Expr): readonly s.Expr[] => Array.from({ length: SHIFT }, (_, k) => inverse(s.add(x, s.like(x, k))));
/** Abramowitz and Stegun, 6.3.18 and 6.4.12. */
const psi: One = (x) => {
  const w = s.add(x, s.like(x, SHIFT));
  const r = inverse(s.mul(w, w));
  const series = polynomial(r, [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12]);
  return s.sub(s.unary("log", w), sum([s.div(s.like(x, 0.5), w), s.mul(r, series), ...shifted(x)]));
};
const psi1: One = (x) => {
  const w = s.add(x, s.like(x, SHIFT));
  const r = inverse(s.mul(w, w));
  const series = polynomial(r, [1, 1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6]);
  return sum([s.mul(series, inverse(w)), s.mul(r, s.like(x, 0.5)), ...shifted(x).map((v) => s.mul(v, v))]);
};

const trigamma: Unary = /* @__PURE__ */ unary("trigamma", (x) =>
  reflect(x, psi1, (v) => {
    const q = s.div(pi(x), s.unary("sin", turn(x)));
    return s.sub(s.mul(q, q), v);
  }),
);
/** The derivative of `lgamma`. */
export const digamma: Unary = /* @__PURE__ */ unary(
  "digamma",
  (x) => reflect(x, psi, (v) => s.sub(v, s.div(pi(x), s.unary("tan", turn(x))))),
  {
    grad: (dy, x) => mul(dy, trigamma(x)),
  },
);
/** `log |Γ(x)|`; ∞ at 0 and the negative integers. */
export const lgamma: Unary = /* @__PURE__ */ unary(
  "lgamma",
  (x) => reflect(x, logGamma, (v) => s.sub(s.unary("log", s.div(pi(x), s.unary("abs", s.unary("sin", turn(x))))), v)),
  { grad: (dy, x) => mul(dy, digamma(x)) },
);

/** M. Giles, "Approximating the erfinv function", 2010: the single-precision polynomials. */
const CENTRAL = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7, 2.81022636e-8,
];
const TAIL = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257,
];
const inverseErf: One = (y) => {
  const one = s.like(y, 1);
  const w = s.unary("neg", s.add(s.unary("log1p", y), s.unary("log1p", s.unary("neg", y))));
  const central = polynomial(s.sub(w, s.like(y, 2.5)), CENTRAL);
  const tail = polynomial(s.sub(s.unary("sqrt", w), s.like(y, 3)), TAIL);
  let x = s.mul(s.select(s.lt(w, s.like(y, 5)), central, tail), y);
  // The polynomials are good to seven digits; each of Newton's steps doubles them.
  for (let digits = 7; y.dtype === "float64" && digits < 28; digits *= 2) {
    const slope = s.mul(s.like(y, 2 / Math.sqrt(Math.PI)), s.unary("exp", s.unary("neg", s.mul(x, x))));
    x = s.sub(x, s.div(s.sub(s.unary("erf", x), y), slope));
  }
  const edge = s.mul(y, s.like(y, Number.POSITIVE_INFINITY));
  return s.select(s.lt(s.unary("abs", y), one), x, s.select(s.eq(s.unary("abs", y), one), edge, s.like(y, Number.NaN)));
};
/** The inverse of `erf`: numbers in [−1, 1] to all numbers; NaN beyond. */
export const erfInv: Unary = /* @__PURE__ */ unary("erfInv", inverseErf, {
  grad: (dy, _y, x) => mul(dy, mul(exp(mul(x, x)), Math.sqrt(Math.PI) / 2)),
});
