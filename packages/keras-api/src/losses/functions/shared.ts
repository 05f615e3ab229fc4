/** What per-sample functions of labels and predictions share. */
import { cast, ShapeError, type Tensor } from "@antler/tensor-core";
import { logitsOf } from "../../activations/logits.ts";
import { warnOnce } from "../../host.ts";
import { matchRanks } from "../../ranks.ts";

/** Keras's epsilon: what keeps logarithms away from 0, and divisors too. */
export const EPSILON = 1e-7;

/** From labels and predictions to one value a sample. */
export type PairFunction<O = undefined> = (yTrue: Tensor, yPred: Tensor, options?: O) => Tensor;

/** Labels in the predictions' dtype, and both of one rank. */
export const paired = (yTrue: Tensor, yPred: Tensor): readonly [Tensor, Tensor] => matchRanks(cast(yTrue, yPred.dtype), yPred);

/** The logits, where predictions are logits or came from them through softmax or sigmoid: as Keras does on TensorFlow. */
export function findLogits(loss: string, yPred: Tensor, fromLogits: boolean): Tensor | undefined {
  const known = logitsOf(yPred);
  if (known && fromLogits) {
    warnOnce(`${loss}: fromLogits is true, but the predictions come from a softmax or sigmoid and are probabilities. Drop one of the two.`);
  }
  return known ?? (fromLogits ? yPred : undefined);
}

/** Refuses labels whose shape is not the predictions'. */
export function sameShapes(loss: string, yTrue: Tensor, yPred: Tensor): void {
  const agree = yTrue.dims.every((d, i) => d === yPred.dims[i] || typeof d !== "number" || typeof yPred.dims[i] !== "number");
  if (yTrue.rank === yPred.rank && agree) return;
  const sparse = yTrue.rank < yPred.rank || yTrue.dims.at(-1) === 1;
  throw new ShapeError(loss, "labels and predictions must have the same shape", {
    got: [yTrue.spec, yPred.spec],
    hint: sparse ? 'Integer labels go with "sparse_categorical_crossentropy".' : undefined,
  });
}
