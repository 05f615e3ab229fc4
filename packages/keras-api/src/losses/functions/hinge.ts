/** Hinge losses: no loss where a prediction is right by a margin of 1. */
import { all, cast, equal, logicalOr, max, maximum, mean, mul, square, sub, sum, type Tensor, where } from "@antler/tensor-core";

const LAST = { axis: -1 } as const;

/** `mean(max(1 − yTrue · yPred, 0))`. Labels are −1 or 1; where all are 0 or 1, 0 is taken for −1. */
export const hinge = (yTrue: Tensor, yPred: Tensor): Tensor => mean(margins(yTrue, yPred), LAST);

/** `mean(max(1 − yTrue · yPred, 0)²)`. Labels are −1 or 1; where all are 0 or 1, 0 is taken for −1. */
export const squaredHinge = (yTrue: Tensor, yPred: Tensor): Tensor => mean(square(margins(yTrue, yPred)), LAST);

function margins(yTrue: Tensor, yPred: Tensor): Tensor {
  const given = cast(yTrue, yPred.dtype);
  const binary = all(logicalOr(equal(given, 0), equal(given, 1)));
  const signs = where(binary, sub(mul(given, 2), 1), given);
  return maximum(sub(1, mul(signs, yPred)), 0);
}

/** `max(1 + max((1 − yTrue) · yPred) − Σ yTrue · yPred, 0)` for one-hot labels. */
export function categoricalHinge(yTrue: Tensor, yPred: Tensor): Tensor {
  const t = cast(yTrue, yPred.dtype);
  const right = sum(mul(t, yPred), LAST);
  const wrong = max(mul(sub(1, t), yPred), LAST);
  return maximum(sub(wrong, sub(right, 1)), 0);
}
