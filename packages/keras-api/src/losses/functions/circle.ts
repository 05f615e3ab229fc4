/** Circle loss: pulls embeddings of one class together, and pushes those of others away. */
import {
  add,
  cast,
  equal,
  expandDims,
  greater,
  iota,
  logicalAnd,
  logicalNot,
  logSumExp,
  matMul,
  maximum,
  mul,
  notEqual,
  reshape,
  softplus,
  sub,
  type Tensor,
  transpose,
  where,
} from "@antler/tensor-core";
import { setMask } from "../../masks.ts";

export interface CircleOptions {
  /** The larger, the sharper the boundary. Default 80. */
  readonly gamma?: number | undefined;
  /** How far beyond the boundary pairs are moved. Default 0.4. */
  readonly margin?: number | undefined;
  /** Whether a sample makes no pair with itself. Default true. */
  readonly removeDiagonal?: boolean | undefined;
}
export interface CircleParameters extends CircleOptions {
  /** The classes of further embeddings to make pairs with. Default: those of the batch. */
  readonly refLabels?: Tensor | undefined;
  /** Further embeddings to make pairs with. Default: those of the batch. */
  readonly refEmbeddings?: Tensor | undefined;
}

/**
 * `softplus(log Σ e^(positive pairs) + log Σ e^(negative pairs))`, a sample (Sun et al. 2020, https://arxiv.org/abs/2002.10857).
 * Samples without loss are masked, so that a mean is taken over the others.
 * @param yTrue numbers of classes, `[batch]` or `[batch, 1]`
 * @param yPred embeddings of length 1, `[batch, size]`
 */
export function circle(yTrue: Tensor, yPred: Tensor, options: CircleParameters = {}): Tensor {
  const { gamma = 80, margin = 0.4, removeDiagonal = true, refLabels = yTrue, refEmbeddings = yPred } = options;
  const distances = maximum(sub(1, matMul(yPred, transpose(refEmbeddings))), 0);
  const same = equal(expandDims(flat(yTrue), 1), expandDims(flat(refLabels), 0));
  const others = notEqual(iota(distances.dims, 0), iota(distances.dims, 1));
  const positive = removeDiagonal ? logicalAnd(same, others) : same;
  const pulls = mul(mul(add(distances, margin), sub(distances, margin)), gamma);
  const pushes = mul(mul(maximum(sub(1 + margin, distances), 0), sub(1 - margin, distances)), gamma);
  const losses = softplus(add(over(positive, pulls), over(logicalNot(same), pushes)));
  setMask(losses, greater(losses, 0));
  return losses;
}
const flat = (labels: Tensor): Tensor => cast(reshape(labels, [labels.dims[0]!]), "int32");
const over = (pairs: Tensor, terms: Tensor): Tensor => logSumExp(where(pairs, terms, Number.NEGATIVE_INFINITY), { axis: 1 });
