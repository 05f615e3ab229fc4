/** Accuracies: 1 where a prediction is right, else 0. */
import {
  all,
  any,
  argMax,
  cast,
  equal,
  expandDims,
  greater,
  iota,
  isFinite,
  known,
  less,
  logicalAnd,
  slice,
  squeeze,
  sum,
  type Tensor,
  where,
} from "@antler/tensor-core";
import { paired } from "../../losses/functions/shared.ts";
import { matchRanks } from "../../ranks.ts";

const LAST = { axis: -1 } as const;
const truth = (right: Tensor): Tensor => cast(right, "float32");

/** 1 where equal, else 0. */
export const accuracy = (yTrue: Tensor, yPred: Tensor): Tensor => truth(equal(...paired(yTrue, yPred)));

export interface ThresholdParameters {
  /** Predictions above it mean 1. Default 0.5. */
  readonly threshold?: number | undefined;
}
/** 1 where a prediction lies on the label's side of a threshold, else 0. */
export function binaryAccuracy(yTrue: Tensor, yPred: Tensor, { threshold = 0.5 }: ThresholdParameters = {}): Tensor {
  const [t, p] = matchRanks(yTrue, yPred);
  return truth(equal(t, cast(greater(p, threshold), t.dtype)));
}

/** 1 where the most likely class is that of the one-hot label, else 0. */
export const categoricalAccuracy = (yTrue: Tensor, yPred: Tensor): Tensor => truth(equal(argMax(yTrue, -1), argMax(yPred, -1)));

/** 1 where the most likely class is the label's number, else 0. */
export function sparseCategoricalAccuracy(yTrue: Tensor, yPred: Tensor): Tensor {
  const right = truth(equal(classes(yTrue, yPred), argMax(yPred, -1)));
  return right.rank > 1 && right.dims.at(-1) === 1 ? squeeze(right, -1) : right;
}
/** Numbers of classes, without a last axis of size 1. */
const classes = (yTrue: Tensor, yPred: Tensor): Tensor =>
  cast(yTrue.rank === yPred.rank && yTrue.dims.at(-1) === 1 ? squeeze(yTrue, -1) : yTrue, "int32");

export interface TopKParameters {
  /** Default 5. */
  readonly k?: number | undefined;
}
/** 1 where the one-hot label's class is among the k most likely, else 0. */
export const topKCategoricalAccuracy = (yTrue: Tensor, yPred: Tensor, { k = 5 }: TopKParameters = {}): Tensor =>
  truth(inTopK(argMax(yTrue, -1), yPred, k));

export interface SparseTopKParameters extends TopKParameters {
  /** Predictions are numbers of classes, the most likely first, not probabilities. Default false. */
  readonly fromSortedIds?: boolean | undefined;
}
/** 1 where the label's number is among the k most likely classes, else 0. */
export function sparseTopKCategoricalAccuracy(yTrue: Tensor, yPred: Tensor, options: SparseTopKParameters = {}): Tensor {
  const { k = 5, fromSortedIds = false } = options;
  const labels = classes(yTrue, yPred);
  if (!fromSortedIds) return truth(inTopK(labels, yPred, k));
  const kept = Math.min(k, known("sparse_top_k_categorical_accuracy", yPred.dims.at(-1)!));
  const best = slice(yPred, [], [...yPred.dims.slice(0, -1), kept]);
  return truth(any(equal(expandDims(cast(labels, best.dtype), -1), best), LAST));
}

/** Whether fewer than k classes are likelier than the label's: equal ones are all in. Never among numbers that are not finite. */
function inTopK(labels: Tensor, yPred: Tensor, k: number): Tensor {
  const hit = equal(expandDims(labels, -1), iota([yPred.dims.at(-1)!]));
  const own = sum(where(hit, yPred, 0), { axis: -1, keepDims: true });
  const likelier = sum(cast(greater(yPred, own), "int32"), LAST);
  return logicalAnd(less(likelier, k), logicalAnd(any(hit, LAST), all(isFinite(yPred), LAST)));
}
