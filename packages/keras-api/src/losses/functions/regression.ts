/** How far numbers are from numbers: one value a sample, over the last axis. */
import {
  abs,
  add,
  div,
  l2Normalize,
  lessEqual,
  log,
  maximum,
  mean,
  mul,
  neg,
  softplus,
  square,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  where,
} from "@antler/tensor-core";
import { EPSILON, paired } from "./shared.ts";

const LAST = { axis: -1 } as const;

/** `mean((yTrue − yPred)²)`. */
export const meanSquaredError = (yTrue: Tensor, yPred: Tensor): Tensor => mean(squaredDifference(...paired(yTrue, yPred)), LAST);

/** `mean(|yTrue − yPred|)`. */
export const meanAbsoluteError = (yTrue: Tensor, yPred: Tensor): Tensor => mean(abs(sub(...paired(yTrue, yPred))), LAST);

/** `100 · mean(|yTrue − yPred| / |yTrue|)`. */
export function meanAbsolutePercentageError(yTrue: Tensor, yPred: Tensor): Tensor {
  const [t, p] = paired(yTrue, yPred);
  return mul(mean(abs(div(sub(t, p), maximum(abs(t), EPSILON))), LAST), 100);
}

/** `mean((log(1 + yTrue) − log(1 + yPred))²)`; what is negative counts as 0. */
export function meanSquaredLogarithmicError(yTrue: Tensor, yPred: Tensor): Tensor {
  const [t, p] = paired(yTrue, yPred).map((x) => log(add(maximum(x, EPSILON), 1)));
  return mean(squaredDifference(p!, t!), LAST);
}

export interface HuberParameters {
  /** The error from which on the loss grows like a line. Default 1. */
  readonly delta?: number | undefined;
}
/** `mean(e²/2)` where the error e is at most delta, else `delta · |e| − delta²/2` (Huber 1964, https://doi.org/10.1214/aoms/1177703732). */
export function huber(yTrue: Tensor, yPred: Tensor, { delta = 1 }: HuberParameters = {}): Tensor {
  const [t, p] = paired(yTrue, yPred);
  const error = sub(p, t);
  const size = abs(error);
  return mean(where(lessEqual(size, delta), mul(square(error), 0.5), sub(mul(size, delta), 0.5 * delta * delta)), LAST);
}

/** `mean(log(cosh(yPred − yTrue)))`: like a square near 0, like a line far from it. */
export function logCosh(yTrue: Tensor, yPred: Tensor): Tensor {
  const [t, p] = paired(yTrue, yPred);
  const error = sub(p, t);
  return mean(sub(add(error, softplus(mul(error, -2))), Math.LN2), LAST);
}

export interface AxisParameters {
  /** Default −1. */
  readonly axis?: number | undefined;
}
/** The cosine of the angle between labels and predictions, from −1 to 1; 0 where one of them is all zeros. */
export function cosine(yTrue: Tensor, yPred: Tensor, { axis = -1 }: AxisParameters = {}): Tensor {
  const [t, p] = paired(yTrue, yPred).map((x) => l2Normalize(x, axis, EPSILON ** 2));
  return sum(mul(t!, p!), { axis });
}
/** Minus the cosine of the angle between labels and predictions: −1 where they point the same way. */
export const cosineSimilarity = (yTrue: Tensor, yPred: Tensor, options?: AxisParameters): Tensor => neg(cosine(yTrue, yPred, options));
