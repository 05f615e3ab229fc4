/** Activation functions, elementwise except the softmaxes. */
import {
  abs,
  add,
  clipByValue,
  logSoftmax as coreLogSoftmax,
  relu as coreRelu,
  sigmoid as coreSigmoid,
  softmax as coreSoftmax,
  softplus as coreSoftplus,
  tanh as coreTanh,
  div,
  erf,
  exp,
  expm1,
  greater,
  minimum,
  mul,
  type Tensor,
  where,
} from "@antler/tensor-core";
import { keepLogits } from "./logits.ts";

/** From a tensor to one of the same shape and dtype. */
export type Activation = (x: Tensor) => Tensor;

/** `x`. */
export function linear(x: Tensor): Tensor {
  return x;
}
/** `max(x, 0)`. */
export function relu(x: Tensor): Tensor {
  return coreRelu(x);
}
/** `min(max(x, 0), 6)`. */
export function relu6(x: Tensor): Tensor {
  return minimum(coreRelu(x), 6);
}
/** x where positive, else `negativeSlope · x`. */
export function leakyRelu(x: Tensor, negativeSlope = 0.2): Tensor {
  return where(greater(x, 0), x, mul(x, negativeSlope));
}
/** x where positive, else `alpha · (eˣ − 1)`. */
export function elu(x: Tensor, alpha = 1): Tensor {
  // The branch not taken must not overflow: its gradient would be 0 · ∞.
  return where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha));
}
/** The scaled elu whose outputs keep mean 0 and variance 1 (Klambauer et al. 2017). */
export function selu(x: Tensor): Tensor {
  return mul(elu(x, 1.6732632423543772), 1.0507009873554805);
}
/** `x · Φ(x)` with the normal distribution Φ, exact. */
export function gelu(x: Tensor): Tensor {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}
/** `1 / (1 + e⁻ˣ)`. */
export function sigmoid(x: Tensor): Tensor {
  return keepLogits(coreSigmoid(x), x);
}
/** `clip(x / 6 + 1/2, 0, 1)`. */
export function hardSigmoid(x: Tensor): Tensor {
  return clipByValue(add(mul(x, 1 / 6), 0.5), 0, 1);
}
/** `x · sigmoid(x)`, also called swish. */
export function silu(x: Tensor): Tensor {
  return mul(x, coreSigmoid(x));
}
/** `tanh(x)`. */
export function tanh(x: Tensor): Tensor {
  return coreTanh(x);
}
/** `log(1 + eˣ)`. */
export function softplus(x: Tensor): Tensor {
  return coreSoftplus(x);
}
/** `x / (1 + |x|)`. */
export function softsign(x: Tensor): Tensor {
  return div(x, add(abs(x), 1));
}
/** `x · tanh(softplus(x))`. */
export function mish(x: Tensor): Tensor {
  return mul(x, coreTanh(coreSoftplus(x)));
}
/** `eˣ`. */
export function exponential(x: Tensor): Tensor {
  return exp(x);
}
/** `eˣ / Σ eˣ` along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return keepLogits(coreSoftmax(x, axis), x);
}
/** `x − log Σ eˣ` along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return coreLogSoftmax(x, axis);
}
