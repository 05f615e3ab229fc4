/** The one question every cross-entropy asks first: are these probabilities, or logits, or can the logits be had? */
import type { Tensor } from "@antler/tensor-core";
import { logitsOf } from "../activations/logits.ts";
import { warnOnce } from "../host.ts";

/** What keeps a probability away from 0 and 1 where its logarithm is taken. */
export const EPSILON = 1e-7;

/** The logits, where predictions are logits or came from them through softmax or sigmoid: as Keras does on TensorFlow. */
export function findLogits(loss: string, yPred: Tensor, fromLogits: boolean): Tensor | undefined {
  const known = logitsOf(yPred);
  if (known && fromLogits) {
    warnOnce(`${loss}: fromLogits is true, but the predictions come from a softmax or sigmoid and are probabilities. Drop one of the two.`);
  }
  return known ?? (fromLogits ? yPred : undefined);
}
