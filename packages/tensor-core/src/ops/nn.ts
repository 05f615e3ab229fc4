/** Softmax and its relatives, moments, and the cross-entropies from logits. */
import { type TensorLike, toTensor, withOperands } from "../convert.ts";
import { apply, dispatch, sameDType } from "../dispatch.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { check } from "../forms.ts";
import type { Op } from "../op.ts";
import {
  abs,
  add,
  any,
  broadcastTo,
  cast,
  div,
  equal,
  exp,
  iota,
  isFinite,
  log,
  log1p,
  max,
  maximum,
  mean,
  mul,
  neg,
  type ReduceOptions,
  relu,
  reshape,
  rsqrt,
  sigmoid,
  sizeOfAxes,
  squaredDifference,
  stopGradient,
  sub,
  sum,
  transpose,
  where,
} from "../primitives.ts";
import { broadcastShapes, normalizeAxes, normalizeAxis } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims, widened } from "./arrays.ts";

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

/** The same without the reduced axes, each of size 1, unless they are to be kept. */
function finished(op: string, x: Tensor, { axis, keepDims }: ReduceOptions): Tensor {
  const axes = normalizeAxes(op, axis, x.rank);
  return keepDims
    ? x
    : reshape(
        x,
        x.dims.filter((_, k) => !axes.includes(k)),
      );
}

/** `log Σ eˣ` over axes, without overflow. −∞ where all are −∞, ∞ where one is. */
export function logSumExp(x: TensorLike, options: ReduceOptions = {}): Tensor {
  const t = toTensor("logSumExp", x);
  const most = stopGradient(max(t, { ...options, keepDims: true }));
  const top = where(isFinite(most), most, 0);
  return finished("logSumExp", add(log(sum(exp(sub(t, top)), { ...options, keepDims: true })), top), options);
}

/** Outputs: mean and variance, with the axes they are taken over. */
const momentsOp: Op<{ readonly axis: readonly number[] }> = {
  name: "moments",
  infer([x], { axis }) {
    const spec = makeSpec(
      x!.shape.map((d, k) => (axis.includes(k) ? 1 : d)),
      x!.dtype,
    );
    return [spec, spec];
  },
  // What reaches the mean by way of the variance is Σ (x − mean) = 0: differentiated step by step, it would be summed up.
  vjp([dMean, dVariance], [x], [m], { axis }) {
    const count = sizeOfAxes(x!, axis);
    const ofMean = dMean ? div(dMean, count) : null;
    if (!dVariance) return [ofMean && broadcastTo(ofMean, x!.dims)];
    const ofVariance = mul(sub(x!, m!), div(mul(dVariance, 2), count));
    return [ofMean ? add(ofVariance, ofMean) : ofVariance];
  },
  how: {
    kind: "composite",
    expand([x], { axis }) {
      const m = mean(x!, { axis, keepDims: true });
      return [m, mean(squaredDifference(x!, m), { axis, keepDims: true })];
    },
  },
};
/** Mean and variance (of the population) over axes; integers become float32. */
export function moments(x: TensorLike, options: ReduceOptions = {}): { mean: Tensor; variance: Tensor } {
  const given = toTensor("moments", x);
  const t = isFloat(given.dtype) ? given : cast(given, "float32");
  const [m, v] = dispatch(momentsOp, [t], { axis: normalizeAxes("moments", options.axis, t.rank) }) as readonly [Tensor, Tensor];
  return { mean: finished("moments", m, options), variance: finished("moments", v, options) };
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
  vjp([dy], [labels, logits]) {
    const hit = hits(labels!, logits!);
    const d = sub(softmax(logits!), cast(hit, logits!.dtype));
    return [null, where(any(hit, LAST), mul(expandDims(dy!, -1), d), Number.NaN)];
  },
  how: {
    kind: "composite",
    expand([labels, logits]) {
      const hit = hits(labels!, logits!);
      const loss = sub(logSumExp(logits!, { axis: -1 }), sum(where(hit, logits!, 0), { axis: -1 }));
      return [where(any(hit, { axis: -1 }), loss, Number.NaN)];
    },
  },
};
/** Where each row's label is among the classes; nowhere for a label that is none of them. */
function hits(labels: Tensor, logits: Tensor): Tensor {
  const at = widened(labels);
  return equal(expandDims(at, -1), iota([logits.dims.at(-1)!], 0, at.dtype));
}
/**
 * The cross-entropy of softmax(logits) with integer labels: `log Σ e^logits − logits[label]`.
 * @param labels integers `[...]`, each in [0, classes); any other makes its row's loss and gradient NaN, as TensorFlow does on GPUs
 * @param logits floats `[..., classes]`
 * @returns `[...]`
 */
export const sparseSoftmaxCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  apply(sparseOp, [toTensor(sparseOp.name, labels), toTensor(sparseOp.name, logits)], undefined);

/** The cross-entropy of softmax(logits) with a distribution over the last axis. */
export const softmaxCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  neg(sum(mul(labels, logSoftmax(logits)), { axis: -1 }));

const sigmoidOp: Op<undefined> = {
  name: "sigmoidCrossEntropyWithLogits",
  infer([labels, logits]) {
    sameDType("sigmoidCrossEntropyWithLogits", [labels!, logits!]);
    check("sigmoidCrossEntropyWithLogits", [labels!, logits!], "float");
    return [makeSpec(broadcastShapes("sigmoidCrossEntropyWithLogits", [labels!.shape, logits!.shape]), logits!.dtype)];
  },
  // Differentiating |x| and max(x, 0) would lose a half of the gradient at 0, where every zero-initialised model starts.
  vjp: ([dy], [z, x]) => [neg(mul(dy!, x!)), mul(dy!, sub(sigmoid(x!), z!))],
  how: {
    kind: "composite",
    expand: ([z, x]) => [add(sub(relu(x!), mul(x!, z!)), log1p(exp(neg(abs(x!)))))],
  },
};
/** The cross-entropy of sigmoid(logits) with labels in [0, 1], elementwise: `max(x, 0) − x·z + log(1 + e^−|x|)`. */
export const sigmoidCrossEntropyWithLogits = (labels: TensorLike, logits: TensorLike): Tensor =>
  withOperands(sigmoidOp.name, labels, logits, (...pair) => apply(sigmoidOp, pair, undefined));

/** x scaled to unit length along axes. */
export function l2Normalize(x: TensorLike, axis: number | readonly number[] = -1, epsilon = 1e-12): Tensor {
  const t = toTensor("l2Normalize", x);
  return mul(t, rsqrt(maximum(sum(mul(t, t), { axis, keepDims: true }), epsilon)));
}
