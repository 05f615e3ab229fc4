/** Smooth activation functions. */
import {
  abs,
  add,
  sigmoid as coreSigmoid,
  softplus as coreSoftplus,
  tanh as coreTanh,
  div,
  erf,
  exp,
  mul,
  neg,
  sqrt,
  square,
  sub,
  type Tensor,
} from "@antler/tensor-core";
import { keepLogits } from "./logits.ts";

/** From a tensor to one of the same dtype and, but for glu, shape. */
export type Activation = (x: Tensor) => Tensor;

/** `x`. */
export function linear(x: Tensor): Tensor {
  return x;
}
/** `eˣ`. */
export function exponential(x: Tensor): Tensor {
  return exp(x);
}
/** `1 / (1 + e⁻ˣ)`. */
export function sigmoid(x: Tensor): Tensor {
  return keepLogits(coreSigmoid(x), x);
}
/** `log sigmoid(x)`. */
export function logSigmoid(x: Tensor): Tensor {
  return neg(coreSoftplus(neg(x)));
}
/** `x · sigmoid(x)`, also called swish (Ramachandran et al. 2017). */
export function silu(x: Tensor): Tensor {
  return mul(x, coreSigmoid(x));
}
/** `tanh(x)`. */
export function tanh(x: Tensor): Tensor {
  return coreTanh(x);
}
/** `x − tanh(x)`. */
export function tanhShrink(x: Tensor): Tensor {
  return sub(x, coreTanh(x));
}
/** `log(1 + eˣ)`. */
export function softplus(x: Tensor): Tensor {
  return coreSoftplus(x);
}
/** `x / (1 + |x|)`. */
export function softsign(x: Tensor): Tensor {
  return div(x, add(abs(x), 1));
}
export interface SquareplusOptions {
  /** How far the bend reaches. Default 4. */
  readonly b?: number | undefined;
}
/** `(x + √(x² + b)) / 2` (Barron 2021). */
export function squareplus(x: Tensor, { b = 4 }: SquareplusOptions = {}): Tensor {
  return mul(add(x, sqrt(add(square(x), b))), 0.5);
}
/** `x · tanh(softplus(x))` (Misra 2019). */
export function mish(x: Tensor): Tensor {
  return mul(x, coreTanh(coreSoftplus(x)));
}
export interface GeluOptions {
  /** Whether a tanh stands for the error function. Default false. */
  readonly approximate?: boolean | undefined;
}
/** `x · Φ(x)` with the normal distribution Φ (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor, { approximate = false }: GeluOptions = {}): Tensor {
  const twice = approximate ? coreTanh(mul(add(x, mul(mul(square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))) : erf(mul(x, Math.SQRT1_2));
  return mul(mul(x, 0.5), add(twice, 1));
}
