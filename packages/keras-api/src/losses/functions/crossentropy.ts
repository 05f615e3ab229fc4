/** Cross-entropies: how surprising labels are to predicted probabilities. */
import {
  add,
  cast,
  clipByValue,
  div,
  expandDims,
  known,
  log,
  mean,
  mul,
  neg,
  notEqual,
  oneHot,
  pow,
  ShapeError,
  sigmoidCrossEntropyWithLogits,
  softmaxCrossEntropyWithLogits,
  sparseSoftmaxCrossEntropyWithLogits,
  squeeze,
  sub,
  sum,
  type Tensor,
  transpose,
  where,
} from "@antler/tensor-core";
import { setMask } from "../../masks.ts";
import { EPSILON, findLogits, sameShapes } from "./shared.ts";

export interface CrossentropyParameters {
  /** Predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean | undefined;
  /** Moves labels this part of the way towards all classes alike (Szegedy et al. 2016, https://arxiv.org/abs/1512.00567). Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** The axis of the classes. Default −1. */
  readonly axis?: number | undefined;
}

/** `mean(−y · log p − (1 − y) · log(1 − p))` over an axis: for labels that are 0 or 1, each on its own. */
export const binaryCrossentropy = (yTrue: Tensor, yPred: Tensor, options: CrossentropyParameters = {}): Tensor =>
  mean(binarySurprise(smoothedBits(yTrue, yPred, options), yPred, options), { axis: options.axis ?? -1 });

/** `−y · log p − (1 − y) · log(1 − p)`, elementwise. */
export function binarySurprise(yTrue: Tensor, yPred: Tensor, { fromLogits = false }: CrossentropyParameters = {}): Tensor {
  sameShapes("binary_crossentropy", yTrue, yPred);
  const logits = findLogits("binary_crossentropy", yPred, fromLogits);
  if (logits) return sigmoidCrossEntropyWithLogits(yTrue, logits);
  const p = clipped(yPred);
  return neg(add(mul(yTrue, log(p)), mul(sub(1, yTrue), log(sub(1, p)))));
}
export const clipped = (p: Tensor): Tensor => clipByValue(p, EPSILON, 1 - EPSILON);

/** Labels of the predictions' dtype, a part of the way to 1/2. */
export function smoothedBits(yTrue: Tensor, yPred: Tensor, { labelSmoothing: s = 0 }: CrossentropyParameters): Tensor {
  const t = cast(yTrue, yPred.dtype);
  return s ? add(mul(t, 1 - s), 0.5 * s) : t;
}
/** Labels of the predictions' dtype, a part of the way to all classes alike. */
export function smoothedClasses(yTrue: Tensor, yPred: Tensor, { labelSmoothing: s = 0 }: CrossentropyParameters): Tensor {
  const t = cast(yTrue, yPred.dtype);
  return s ? add(mul(t, 1 - s), s / known("label_smoothing", t.dims.at(-1)!)) : t;
}

/** `−Σ y · log p` over the classes: for labels that are distributions, such as one-hot ones. */
export function categoricalCrossentropy(yTrue: Tensor, yPred: Tensor, options: CrossentropyParameters = {}): Tensor {
  const { fromLogits = false, axis = -1 } = options;
  sameShapes("categorical_crossentropy", yTrue, yPred);
  const labels = smoothedClasses(yTrue, yPred, options);
  const logits = findLogits("categorical_crossentropy", yPred, fromLogits);
  if (logits) return softmaxCrossEntropyWithLogits(toLast(labels, axis), toLast(logits, axis));
  return neg(sum(mul(labels, log(shares(yPred, axis))), { axis }));
}
/** Predictions that add up to 1 along an axis, kept away from 0 and 1. */
export const shares = (yPred: Tensor, axis: number): Tensor => clipped(div(yPred, sum(yPred, { axis, keepDims: true })));

/** The axis of the classes moved to the end. */
function toLast(x: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const axes = [...x.dims.keys()];
  return transpose(x, [...axes.filter((a) => a !== at), at]);
}

export interface SparseCrossentropyParameters {
  /** Predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean | undefined;
  /** Samples with this label count nothing, not even in the mean. Default none. */
  readonly ignoreClass?: number | null | undefined;
  /** The axis of the classes. Default −1. */
  readonly axis?: number | undefined;
}
/** `−log p[label]`: labels that are the number of a class, without the axis of the classes or with 1 there. */
export function sparseCategoricalCrossentropy(yTrue: Tensor, yPred: Tensor, options: SparseCrossentropyParameters = {}): Tensor {
  const { fromLogits = false, ignoreClass = null, axis = -1 } = options;
  const labels = cast(classNumbers(yTrue, yPred, axis), "int32");
  if (labels.rank !== yPred.rank - 1) {
    const hint = labels.rank === yPred.rank ? 'One-hot labels go with "categorical_crossentropy".' : undefined;
    throw new ShapeError("sparse_categorical_crossentropy", "labels must have the predictions' shape without the classes", {
      got: [yTrue.spec, yPred.spec],
      hint,
    });
  }
  if (ignoreClass === null) return sparseSurprise(labels, yPred, fromLogits, axis);
  const counts = notEqual(labels, ignoreClass);
  // A prediction that counts nothing may be anything, even NaN: it is replaced before, so that no gradient comes from it.
  const losses = sparseSurprise(where(counts, labels, 0), where(expandDims(counts, axis), yPred, 0), fromLogits, axis);
  const counted = where(counts, losses, 0);
  setMask(counted, counts);
  return counted;
}
const classNumbers = (yTrue: Tensor, yPred: Tensor, axis: number): Tensor =>
  yTrue.rank === yPred.rank && yTrue.dims.at(axis) === 1 ? squeeze(yTrue, axis) : yTrue;

function sparseSurprise(labels: Tensor, yPred: Tensor, fromLogits: boolean, axis: number): Tensor {
  // As TensorFlow: the clipped probabilities are normalised by the softmax of their logarithm.
  const logits = findLogits("sparse_categorical_crossentropy", yPred, fromLogits) ?? log(clipped(yPred));
  return sparseSoftmaxCrossEntropyWithLogits(labels, toLast(logits, axis));
}

export interface GeneralizedCrossentropyParameters {
  /** Between 0 (cross-entropy) and 1 (mean absolute error). Default 0.5. */
  readonly q?: number | undefined;
}
/** `(1 − p[label]^q) / q`: bears wrong labels (Zhang and Sabuncu 2018, https://arxiv.org/abs/1805.07836). */
export function categoricalGeneralizedCrossEntropy(
  yTrue: Tensor,
  yPred: Tensor,
  { q = 0.5 }: GeneralizedCrossentropyParameters = {},
): Tensor {
  const classes = known("categorical_generalized_cross_entropy", yPred.dims.at(-1)!);
  const hit = oneHot(cast(classNumbers(yTrue, yPred, -1), "int32"), classes, { dtype: yPred.dtype });
  return div(sub(1, pow(sum(mul(yPred, hit), { axis: -1 }), q)), q);
}
