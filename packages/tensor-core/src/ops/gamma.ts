/** Gamma-distributed numbers, by Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
import { scalarLike, type TensorLike, toTensor } from "../convert.ts";
import { tensor } from "../creation.ts";
import { check } from "../forms.ts";
import {
  add,
  argMax,
  bitwiseXor,
  broadcastTo,
  cast,
  div,
  equal,
  fill,
  greater,
  iota,
  less,
  log,
  logicalAnd,
  maximum,
  mul,
  pow,
  rsqrt,
  stopGradient,
  sub,
  sum,
  where,
} from "../primitives.ts";
import { randomNormal, randomUniform, type Seed } from "../random.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims } from "./arrays.ts";

/** Each try is accepted at least 95 times in 100: all are refused less often than once in 10¹⁰ times. */
const TRIES = 8;

export interface GammaOptions {
  readonly seed: Seed;
  /** Above 0; a tensor broadcasts to the shape. */
  readonly alpha: TensorLike;
}
/**
 * Numbers with density `x^(α − 1) e⁻ˣ / Γ(α)`, float32, without gradient.
 * The same seed gives the same numbers, always and on every backend; they are not TensorFlow's.
 * @example
 * randomGamma([1000], { seed: [1, 2], alpha: 2 }); // of mean 2 and variance 2
 */
export function randomGamma(shape: Shape, { seed, alpha }: GammaOptions): Tensor {
  const key = Array.isArray(seed) ? tensor(seed as number[], [2], "int32") : toTensor("randomGamma", seed as TensorLike);
  const given = typeof alpha === "number" ? fill([], alpha) : toTensor("randomGamma", alpha);
  check("randomGamma", [given.spec], "float");
  const a = expandDims(broadcastTo(given, shape), -1);
  // Below 1 the method does not hold: there, Γ(α + 1) times a power of a uniform number.
  const small = less(a, 1);
  const d = sub(where(small, add(a, 1), a), 1 / 3);
  const x = randomNormal([...shape, TRIES], { seed: key });
  const u = randomUniform([...shape, TRIES], { seed: bitwiseXor(key, 0x3c6ef372) });
  const root = add(mul(x, rsqrt(mul(d, 9))), 1);
  const v = maximum(mul(root, mul(root, root)), 1e-30);
  const bound = add(mul(mul(x, x), 0.5), mul(d, add(sub(1, v), log(v))));
  const accepted = logicalAnd(greater(root, 0), less(log(u), bound));
  const first = expandDims(argMax(cast(accepted, "int32"), -1), -1);
  const chosen = sum(where(equal(iota([TRIES]), first), mul(v, d), 0), { axis: -1 });
  const boost = pow(randomUniform([...shape, 1], { seed: bitwiseXor(key, 0x1b873593) }), div(scalarLike(a, 1), a));
  return stopGradient(mul(chosen, sum(where(small, boost, 1), { axis: -1 })));
}
