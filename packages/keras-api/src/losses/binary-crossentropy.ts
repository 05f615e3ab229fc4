/** BinaryCrossentropy: for labels that are 0 or 1, each on its own. */
import { add, clipByValue, log, mean, mul, neg, sigmoidCrossEntropyWithLogits, sub, type Tensor } from "@antler/tensor-core";
import { matchRanks } from "../ranks.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { EPSILON, findLogits } from "./from-logits.ts";
import { Loss, type LossOptions, sameShapes } from "./loss.ts";

export interface BinaryCrossentropyOptions extends LossOptions {
  /** Predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean | undefined;
  /** Moves labels this part of the way towards 0.5. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** The axis the mean is taken over. Default −1. */
  readonly axis?: number | undefined;
}

/** `−y · log p − (1 − y) · log(1 − p)`, elementwise. */
export function binaryCrossentropies(yTrue: Tensor, yPred: Tensor, fromLogits: boolean): Tensor {
  sameShapes("binary_crossentropy", yTrue, yPred);
  const logits = findLogits("binary_crossentropy", yPred, fromLogits);
  if (logits) return sigmoidCrossEntropyWithLogits(yTrue, logits);
  const p = clipByValue(yPred, EPSILON, 1 - EPSILON);
  return neg(add(mul(yTrue, log(p)), mul(sub(1, yTrue), log(sub(1, p)))));
}

/** The mean over the last axis of `−y · log p − (1 − y) · log(1 − p)`. */
export class BinaryCrossentropy extends Loss {
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: BinaryCrossentropyOptions = {}) {
    super({ name: "binary_crossentropy", ...options });
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = options.labelSmoothing ?? 0;
    this.axis = options.axis ?? -1;
  }
  override get className(): string {
    return "BinaryCrossentropy";
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const s = this.labelSmoothing;
    const [given, predicted] = matchRanks(yTrue, yPred);
    const labels = s ? add(mul(given, 1 - s), 0.5 * s) : given;
    return mean(binaryCrossentropies(labels, predicted, this.fromLogits), { axis: this.axis });
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["fromLogits", "labelSmoothing", "axis"]) };
  }
}

/**
 * For labels that are 0 or 1, each on its own.
 * @example
 * losses.binaryCrossentropy().apply(tensor([[1, 0]]), tensor([[0.9, 0.1]])); // 0.105
 */
/* @__NO_SIDE_EFFECTS__ */
export const binaryCrossentropy = (options?: BinaryCrossentropyOptions): BinaryCrossentropy => new BinaryCrossentropy(options);
