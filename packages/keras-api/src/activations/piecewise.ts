/** Activation functions in pieces. At their kinks gradients are TensorFlow's; a piece not taken never overflows, as 0 · ∞ is no gradient. */
import {
  abs,
  add,
  clipByValue,
  relu as coreRelu,
  div,
  expm1,
  greater,
  greaterEqual,
  less,
  lessEqual,
  minimum,
  mul,
  square,
  sub,
  type Tensor,
  where,
} from "@antler/tensor-core";

export interface ReluOptions {
  /** The slope below the threshold. Default 0. */
  readonly negativeSlope?: number | undefined;
  /** The largest result. Default none. */
  readonly maxValue?: number | null | undefined;
  /** Where x begins to pass. Default 0. */
  readonly threshold?: number | undefined;
}
/** x above the threshold, at most `maxValue`; below it `negativeSlope · (x − threshold)`. */
export function relu(x: Tensor, { negativeSlope = 0, maxValue = null, threshold = 0 }: ReluOptions = {}): Tensor {
  if (maxValue === null && threshold === 0 && negativeSlope !== 0) return leakyRelu(x, { negativeSlope });
  const passed = threshold === 0 ? coreRelu(x) : where(greater(x, threshold), x, 0);
  const capped = maxValue === null ? passed : clipByValue(passed, 0, maxValue);
  return negativeSlope === 0 ? capped : sub(capped, mul(coreRelu(sub(threshold, x)), negativeSlope));
}
/** `min(max(x, 0), 6)`. */
export function relu6(x: Tensor): Tensor {
  return where(greaterEqual(x, 6), 6, coreRelu(x));
}
export interface LeakyReluOptions {
  /** Default 0.2. */
  readonly negativeSlope?: number | undefined;
}
/** x where positive, else `negativeSlope · x`. */
export function leakyRelu(x: Tensor, { negativeSlope = 0.2 }: LeakyReluOptions = {}): Tensor {
  return where(greater(x, 0), x, mul(x, negativeSlope));
}

export interface AlphaOptions {
  /** How far results go below 0. Default 1. */
  readonly alpha?: number | undefined;
}
/** x where positive, else `alpha · (eˣ − 1)` (Clevert et al. 2016). */
export function elu(x: Tensor, { alpha = 1 }: AlphaOptions = {}): Tensor {
  return where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha));
}
/** x where positive, else `alpha · (e^(x / alpha) − 1)`, whose slope is 1 on both sides of 0 (Barron 2017). */
export function celu(x: Tensor, { alpha = 1 }: AlphaOptions = {}): Tensor {
  return where(greater(x, 0), x, mul(expm1(div(minimum(x, 0), alpha)), alpha));
}
const SCALE = 1.0507009873554805;
/** The scaled elu whose outputs keep mean 0 and variance 1 (Klambauer et al. 2017). */
export function selu(x: Tensor): Tensor {
  return where(less(x, 0), mul(expm1(minimum(x, 0)), SCALE * 1.6732632423543772), mul(x, SCALE));
}

/** `clip(x / 6 + 1/2, 0, 1)`. */
export function hardSigmoid(x: Tensor): Tensor {
  return div(relu6(add(x, 3)), 6);
}
/** `x · hardSigmoid(x)`, also called hard swish (Howard et al. 2019). */
export function hardSilu(x: Tensor): Tensor {
  return mul(x, hardSigmoid(x));
}
/** `clip(x, −1, 1)`. */
export function hardTanh(x: Tensor): Tensor {
  return clipByValue(x, -1, 1);
}

export interface ShrinkOptions {
  /** Default 0.5. */
  readonly threshold?: number | undefined;
}
/** x where |x| is above the threshold, else 0. */
export function hardShrink(x: Tensor, { threshold = 0.5 }: ShrinkOptions = {}): Tensor {
  return where(greater(abs(x), threshold), x, 0);
}
/** x, by the threshold nearer to 0, and 0 where that would cross it. */
export function softShrink(x: Tensor, { threshold = 0.5 }: ShrinkOptions = {}): Tensor {
  return where(greater(x, threshold), sub(x, threshold), where(less(x, -threshold), add(x, threshold), 0));
}
export interface ThresholdOptions {
  /** Default 0. */
  readonly threshold?: number | undefined;
  /** Default 0. */
  readonly defaultValue?: number | undefined;
}
/** x above the threshold, else the default value. */
export function threshold(x: Tensor, { threshold: least = 0, defaultValue = 0 }: ThresholdOptions = {}): Tensor {
  return where(greater(x, least), x, defaultValue);
}

/** 0 up to −1, `(x + 1)² / 4` up to 1, then x: softplus with ends. */
export function sparsePlus(x: Tensor): Tensor {
  return where(less(x, 1), mul(square(coreRelu(add(x, 1))), 0.25), x);
}
/** 0 up to −1, `(x + 1) / 2` up to 1, then 1: the slope of sparsePlus (Blondel et al. 2019). */
export function sparseSigmoid(x: Tensor): Tensor {
  return where(lessEqual(x, -1), 0, where(greaterEqual(x, 1), 1, mul(add(x, 1), 0.5)));
}
