/** Softmax and its relatives, moments, and the cross-entropies from logits. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import type { Op } from "../op.ts";
import {
  abs,
  add,
  div,
  equal,
  exp,
  iota,
  log,
  log1p,
  max,
  maximum,
  mean,
  mul,
  neg,
  type ReduceOptions,
  relu,
  rsqrt,
  squaredDifference,
  stopGradient,
  sub,
  sum,
  transpose,
  where,
  zerosLike,
} from "../primitives.ts";
import { normalizeAxis } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims, oneHot } from "./arrays.ts";

const LAST = { axis: -1, keepDims: true } as const;

const floats = (op: string, [x]: readonly Spec[]): readonly Spec[] => {
  if (!isFloat(x!.dtype) || x!.shape.length === 0) throw new DTypeError(op, "takes floats of rank 1 or more", { got: [x!] });
  return [x!];
};

export const softmaxOp: Op<undefined> = {
  name: "softmax",
  infer: (inputs) => floats("softmax", inputs),
  vjp: ([dy], _x, [y]) => [mul(y!, sub(dy!, sum(mul(dy!, y!), LAST)))],
  how: {
    kind: "composite",
    expand([x]) {
      const e = exp(sub(x!, max(x!, LAST)));
      return [div(e, sum(e, LAST))];
    },
  },
};
export const logSoftmaxOp: Op<undefined> = {
  name: "logSoftmax",
  infer: (inputs) => floats("logSoftmax", inputs),
  vjp: ([dy], _x, [y]) => [sub(dy!, mul(exp(y!), sum(dy!, LAST)))],
  how: {
    kind: "composite",
    expand([x]) {
      const z = sub(x!, max(x!, LAST));
      return [sub(z, log(sum(exp(z), LAST)))];
    },
  },
};

/** Applies an op of the last axis to another one. */
function alongAxis(op: Op<undefined>, x: TensorLike, axis: number): Tensor {
  const t = toTensor(op.name, x);
  const at = normalizeAxis(op.name, axis, t.rank);
  if (at === t.rank - 1) return apply(op, [t], undefined);
  const perm = t.dims.map((_, i) => (i === at ? t.rank - 1 : i === t.rank - 1 ? at : i));
  return transpose(apply(op, [transpose(t, perm)], undefined), perm);
}
/** `eˣ / Σ eˣ` along an axis. */
export const softmax = (x: TensorLike, axis = -1): Tensor => alongAxis(softmaxOp, x, axis);
/** `x − log Σ eˣ` along an axis. */
export const logSoftmax = (x: TensorLike, axis = -1): Tensor => alongAxis(logSoftmaxOp, x, axis);

/** `log Σ eˣ` over axes, without overflow. */
export function logSumExp(x: TensorLike, options: ReduceOptions = {}): Tensor {
  const t = toTensor("logSumExp", x);
  const top = stopGradient(max(t, { ...options, keepDims: true }));
  const y = add(log(sum(exp(sub(t, top)), { ...options, keepDims: true })), top);
  return options.keepDims ? y : sum(y, { axis: options.axis });
}

/** Mean and variance (of the population) over axes. */
export function moments(x: TensorLike, options: ReduceOptions = {}): { mean: Tensor; variance: Tensor } {
  const t = toTensor("moments", x);
  const m = mean(t, { ...options, keepDims: true });
  const variance = mean(squaredDifference(t, m), options);
  return { mean: options.keepDims ? m : sum(m, { axis: options.axis }), variance };
}
export const variance = (x: TensorLike, options: ReduceOptions = {}): Tensor => moments(x, options).variance;

const sparseOp: Op<undefined> = {
  name: "sparseSoftmaxCrossEntropyWithLogits",
  infer([labels, logits]) {
    if (labels!.shape.length !== logits!.shape.length - 1) {
      throw new ShapeError("sparseSoftmaxCrossEntropyWithLogits", "labels need one axis less than logits", { got: [labels!, logits!] });
    }
    return [makeSpec(logits!.shape.slice(0, -1), logits!.dtype)];
  },
  vjp: ([dy], [labels, logits]) => [null, mul(expandDims(dy!, -1), sub(softmax(logits!), oneHot(labels!, logits!.shape.at(-1)!, { dtype: logits!.dtype })))],
  how: {
    kind: "composite",
    expand([labels, logits]) {
      const classes = logits!.shape.at(-1)!;
      const hit = equal(expandDims(labels!, -1), iota([classes], 0, labels!.dtype));
      return [sub(logSumExp(logits!, { axis: -1 }), sum(where(hit, logits!, zerosLike(logits!)), { axis: -1 }))];
    },
  },
};
/**
 * The cross-entropy of softmax(logits) with integer labels: `log Σ e^logits − logits[label]`.
 * @param labels integers `[...]`, each in [0, classes)
 * @param logits floats `[..., classes]`
 * @returns `[...]`
 */
export const sparseSoftmaxCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  apply(sparseOp, [toTensor(sparseOp.name, labels), toTensor(sparseOp.name, logits)], undefined);

/** The cross-entropy of softmax(logits) with a distribution over the last axis. */
export const softmaxCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor => neg(sum(mul(labels, logSoftmax(logits)), { axis: -1 }));

/** The cross-entropy of sigmoid(logits) with labels in [0, 1], elementwise: `max(x, 0) − x·z + log(1 + e^−|x|)`. */
export const sigmoidCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  add(sub(relu(logits), mul(logits, labels)), log1p(exp(neg(abs(logits)))));

/** x scaled to unit length along axes. */
export function l2Normalize(x: TensorLike, axis: number | readonly number[] = -1, epsilon = 1e-12): Tensor {
  const t = toTensor("l2Normalize", x);
  return mul(t, rsqrt(maximum(sum(mul(t, t), { axis, keepDims: true }), epsilon)));
}
