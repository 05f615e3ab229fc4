/** Normalizing with given means and variances. */
import { type TensorLike, toTensor } from "../convert.ts";
import { add, mul, neg, rsqrt, sub } from "../primitives.ts";
import type { Tensor } from "../tensor.ts";

export interface BatchNormOptions {
  /** Added at last. Default none. */
  readonly offset?: TensorLike | undefined;
  /** What the normalized values are multiplied with. Default none. */
  readonly scale?: TensorLike | undefined;
  /** Added to the variance. Default 0.001. */
  readonly varianceEpsilon?: number | undefined;
}
/**
 * `(x − mean) / √(variance + ε) · scale + offset`, all of which broadcast against x. It is computed as `x · factor + rest`, as in
 * TensorFlow, where factor and rest are as small as the variance: x is read once, and gradients take half the time.
 * @example
 * const { mean, variance } = moments(x, { axis: 0 });
 * batchNorm(x, mean, variance);
 */
export function batchNorm(x: TensorLike, mean: TensorLike, variance: TensorLike, options: BatchNormOptions = {}): Tensor {
  const { offset, scale, varianceEpsilon = 1e-3 } = options;
  const unit = rsqrt(add(toTensor("batchNorm", variance), varianceEpsilon));
  const factor = scale === undefined ? unit : mul(unit, scale);
  const shift = mul(mean, factor);
  return add(mul(x, factor), offset === undefined ? neg(shift) : sub(offset, shift));
}
