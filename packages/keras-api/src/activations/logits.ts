/** Which logits a probability came from, so that cross-entropies can be computed without rounding near 0 and 1. */
import type { Tensor } from "@antler/tensor-core";

const logits = new WeakMap<Tensor, Tensor>();

/** Remembers that probabilities are the softmax or sigmoid of `from`. Returns the probabilities. */
export function keepLogits(probabilities: Tensor, from: Tensor): Tensor {
  logits.set(probabilities, from);
  return probabilities;
}

/** The logits behind probabilities, where they are known. */
export const logitsOf = (probabilities: Tensor): Tensor | undefined => logits.get(probabilities);
