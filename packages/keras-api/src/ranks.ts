/** What the shapes of labels and predictions say about each other. */
import { expandDims, squeeze, type Tensor } from "@antler/tensor-core";

/** Keras's rule: a last axis of size 1 that only one of the two has is added to a vector, else taken away. */
export function matchRanks(a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  if (a.rank === b.rank + 1 && a.dims.at(-1) === 1) return b.rank === 1 ? [a, expandDims(b, -1)] : [squeeze(a, -1), b];
  if (b.rank === a.rank + 1 && b.dims.at(-1) === 1) return a.rank === 1 ? [expandDims(a, -1), b] : [a, squeeze(b, -1)];
  return [a, b];
}

/** What labels are: 0 or 1 for a single output, the number of a class, or a distribution over classes. */
export type LabelKind = "binary" | "sparse" | "categorical";
export function labelKind(yTrue: Tensor, yPred: Tensor): LabelKind {
  if (yPred.dims.at(-1) === 1) return "binary";
  return yTrue.rank < yPred.rank || yTrue.dims.at(-1) === 1 ? "sparse" : "categorical";
}
