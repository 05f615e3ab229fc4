/** Activation functions that look at all elements along an axis. */
import {
  cast,
  logSoftmax as coreLogSoftmax,
  relu as coreRelu,
  sigmoid as coreSigmoid,
  softmax as coreSoftmax,
  div,
  expandDims,
  less,
  max,
  mul,
  normalizeAxis,
  split,
  stopGradient,
  sub,
  sum,
  type Tensor,
} from "@antler/tensor-core";
import { keepLogits } from "./logits.ts";

export interface AxisOptions {
  /** Default −1. */
  readonly axis?: number | undefined;
}
/** `eˣ / Σ eˣ` along an axis. */
export function softmax(x: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  return keepLogits(coreSoftmax(x, axis), x);
}
/** `x − log Σ eˣ` along an axis. */
export function logSoftmax(x: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  return coreLogSoftmax(x, axis);
}
/** One half along an axis times the sigmoid of the other: that axis is half as long (Dauphin et al. 2017). */
export function glu(x: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  const [values, gates] = split(x, 2, axis) as [Tensor, Tensor];
  return mul(values, coreSigmoid(gates));
}

/**
 * The point of the simplex nearest to x along an axis (Martins and Astudillo 2016): `max(x − τ, 0)` with the τ for which it
 * sums to 1. An element is part of it if those above it exceed it by less than 1 in all, so that nothing need be sorted.
 */
export function sparsemax(x: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  const at = normalizeAxis("sparsemax", axis, x.rank);
  const along = { axis: at, keepDims: true };
  const z = sub(x, stopGradient(max(x, along)));
  const above = sum(coreRelu(sub(expandDims(z, at), expandDims(z, at + 1))), { axis: at + 1 });
  const support = cast(less(above, 1), x.dtype);
  const tau = div(sub(sum(mul(z, support), along), 1), sum(support, along));
  return coreRelu(sub(z, tau));
}
