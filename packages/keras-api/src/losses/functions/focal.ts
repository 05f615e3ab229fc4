/** Focal cross-entropies: what is predicted well counts less (Lin et al. 2017, https://arxiv.org/abs/1708.02002). */
import { add, log, mean, mul, neg, pow, sub, sum, type Tensor } from "@antler/tensor-core";
import { sigmoid } from "../../activations/activations.ts";
import { softmax } from "../../activations/axes.ts";
import { binarySurprise, type CrossentropyParameters, shares, smoothedBits, smoothedClasses } from "./crossentropy.ts";

export interface CategoricalFocalParameters extends CrossentropyParameters {
  /** What every class's loss is multiplied with. Default 0.25. */
  readonly alpha?: number | undefined;
  /** The larger, the less well predicted samples count. Default 2. */
  readonly gamma?: number | undefined;
}
export interface BinaryFocalParameters extends CategoricalFocalParameters {
  /** Weighs samples of class 1 with alpha and those of class 0 with 1 − alpha. Default false. */
  readonly applyClassBalancing?: boolean | undefined;
}

/** `mean((1 − q)^gamma · −log q)` over an axis, where q is the probability predicted for the label. */
export function binaryFocalCrossentropy(yTrue: Tensor, yPred: Tensor, options: BinaryFocalParameters = {}): Tensor {
  const { alpha = 0.25, gamma = 2, fromLogits = false, applyClassBalancing = false, axis = -1 } = options;
  const t = smoothedBits(yTrue, yPred, options);
  const p = fromLogits ? sigmoid(yPred) : yPred;
  const missed = sub(1, between(t, p, sub(1, p)));
  const focal = mul(pow(missed, gamma), binarySurprise(t, p));
  return mean(applyClassBalancing ? mul(between(t, alpha, 1 - alpha), focal) : focal, { axis });
}
/** a where t is 1, b where it is 0. */
const between = (t: Tensor, a: Tensor | number, b: Tensor | number): Tensor => add(mul(t, a), mul(sub(1, t), b));

/** `−Σ alpha · (1 − p)^gamma · y · log p` over the classes. */
export function categoricalFocalCrossentropy(yTrue: Tensor, yPred: Tensor, options: CategoricalFocalParameters = {}): Tensor {
  const { alpha = 0.25, gamma = 2, fromLogits = false, axis = -1 } = options;
  const p = shares(fromLogits ? softmax(yPred, { axis }) : yPred, axis);
  const surprise = neg(mul(smoothedClasses(yTrue, yPred, options), log(p)));
  return sum(mul(mul(pow(sub(1, p), gamma), alpha), surprise), { axis });
}
