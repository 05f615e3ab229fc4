/** Losses: a class and a factory each, and `get` to find one by name. The functions behind them are in `losses.functions`. */

import {
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  KLDivergence,
  Poisson,
  SparseCategoricalCrossentropy,
} from "./crossentropies.ts";
import type {
  AxisParameters,
  BinaryFocalParameters,
  CategoricalFocalParameters,
  CircleOptions,
  CrossentropyParameters,
  DiceParameters,
  GeneralizedCrossentropyParameters,
  HuberParameters,
  SparseCrossentropyParameters,
  TverskyParameters,
} from "./functions/index.ts";
import { CategoricalHinge, Hinge, SquaredHinge } from "./hinges.ts";
import type { LossOptions } from "./loss.ts";
import {
  CosineSimilarity,
  Huber,
  LogCosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
} from "./regression.ts";
import { Circle, CTC, Dice, Tversky } from "./structured.ts";

export * from "./crossentropies.ts";
export * as functions from "./functions/index.ts";
export { deserialize, get, type LossLike, serialize } from "./get.ts";
export * from "./hinges.ts";
export { Loss, type LossOptions, type Reduction } from "./loss.ts";
export * from "./regression.ts";
export * from "./structured.ts";
export { type LossFunction, LossFunctionWrapper } from "./wrapper.ts";

/** `mean((yTrue − yPred)²)` over the last axis. */
/* @__NO_SIDE_EFFECTS__ */
export const meanSquaredError = (options?: LossOptions): MeanSquaredError => new MeanSquaredError(options);
/** `mean(|yTrue − yPred|)` over the last axis. */
/* @__NO_SIDE_EFFECTS__ */
export const meanAbsoluteError = (options?: LossOptions): MeanAbsoluteError => new MeanAbsoluteError(options);
/** `100 · mean(|yTrue − yPred| / |yTrue|)` over the last axis. */
/* @__NO_SIDE_EFFECTS__ */
export const meanAbsolutePercentageError = (options?: LossOptions): MeanAbsolutePercentageError => new MeanAbsolutePercentageError(options);
/** `mean((log(1 + yTrue) − log(1 + yPred))²)` over the last axis. */
/* @__NO_SIDE_EFFECTS__ */
export const meanSquaredLogarithmicError = (options?: LossOptions): MeanSquaredLogarithmicError => new MeanSquaredLogarithmicError(options);
/** A square up to an error of delta, a line from there (Huber 1964, https://doi.org/10.1214/aoms/1177703732). */
/* @__NO_SIDE_EFFECTS__ */
export const huber = (options?: LossOptions & HuberParameters): Huber => new Huber(options);
/** `mean(log(cosh(yPred − yTrue)))` over the last axis: like a square near 0, like a line far from it. */
/* @__NO_SIDE_EFFECTS__ */
export const logCosh = (options?: LossOptions): LogCosh => new LogCosh(options);
/** Minus the cosine of the angle between labels and predictions: −1 where they point the same way. */
/* @__NO_SIDE_EFFECTS__ */
export const cosineSimilarity = (options?: LossOptions & AxisParameters): CosineSimilarity => new CosineSimilarity(options);
/** `mean(max(1 − yTrue · yPred, 0))` over the last axis, for labels −1 and 1, or 0 and 1. */
/* @__NO_SIDE_EFFECTS__ */
export const hinge = (options?: LossOptions): Hinge => new Hinge(options);
/** `mean(max(1 − yTrue · yPred, 0)²)` over the last axis, for labels −1 and 1, or 0 and 1. */
/* @__NO_SIDE_EFFECTS__ */
export const squaredHinge = (options?: LossOptions): SquaredHinge => new SquaredHinge(options);
/** `max(1 + max((1 − yTrue) · yPred) − Σ yTrue · yPred, 0)` for one-hot labels. */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalHinge = (options?: LossOptions): CategoricalHinge => new CategoricalHinge(options);
/** `mean(−y · log p − (1 − y) · log(1 − p))`: for labels that are 0 or 1, each on its own. */
/* @__NO_SIDE_EFFECTS__ */
export const binaryCrossentropy = (options?: LossOptions & CrossentropyParameters): BinaryCrossentropy => new BinaryCrossentropy(options);
/** BinaryCrossentropy in which what is predicted well counts less (Lin et al. 2017, https://arxiv.org/abs/1708.02002). */
/* @__NO_SIDE_EFFECTS__ */
export const binaryFocalCrossentropy = (options?: LossOptions & BinaryFocalParameters): BinaryFocalCrossentropy =>
  new BinaryFocalCrossentropy(options);
/** `−Σ y · log p` over the classes: for labels that are distributions, such as one-hot ones. */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalCrossentropy = (options?: LossOptions & CrossentropyParameters): CategoricalCrossentropy =>
  new CategoricalCrossentropy(options);
/** CategoricalCrossentropy in which what is predicted well counts less (Lin et al. 2017, https://arxiv.org/abs/1708.02002). */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalFocalCrossentropy = (options?: LossOptions & CategoricalFocalParameters): CategoricalFocalCrossentropy =>
  new CategoricalFocalCrossentropy(options);
/** `−log p[label]`: for labels that are the number of a class. */
/* @__NO_SIDE_EFFECTS__ */
export const sparseCategoricalCrossentropy = (options?: LossOptions & SparseCrossentropyParameters): SparseCategoricalCrossentropy =>
  new SparseCategoricalCrossentropy(options);
/** `(1 − p[label]^q) / q`: bears wrong labels (Zhang and Sabuncu 2018, https://arxiv.org/abs/1805.07836). */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalGeneralizedCrossEntropy = (
  options?: LossOptions & GeneralizedCrossentropyParameters,
): CategoricalGeneralizedCrossEntropy => new CategoricalGeneralizedCrossEntropy(options);
/** `Σ yTrue · log(yTrue / yPred)` over the last axis. */
/* @__NO_SIDE_EFFECTS__ */
export const klDivergence = (options?: LossOptions): KLDivergence => new KLDivergence(options);
/** `mean(yPred − yTrue · log(yPred))` over the last axis: predictions are rates, labels are counts. */
/* @__NO_SIDE_EFFECTS__ */
export const poisson = (options?: LossOptions): Poisson => new Poisson(options);
/** `1 − 2·Σ(t · p) / (Σ t + Σ p)`: how little areas overlap (Milletari et al. 2016, https://arxiv.org/abs/1606.04797). */
/* @__NO_SIDE_EFFECTS__ */
export const dice = (options?: LossOptions & DiceParameters): Dice => new Dice(options);
/** Dice that weighs what is missed and what is wrong (Salehi et al. 2017, https://arxiv.org/abs/1706.05721). */
/* @__NO_SIDE_EFFECTS__ */
export const tversky = (options?: LossOptions & TverskyParameters): Tversky => new Tversky(options);
/** Pulls embeddings of one class together, and pushes others away (Sun et al. 2020, https://arxiv.org/abs/2002.10857). */
/* @__NO_SIDE_EFFECTS__ */
export const circle = (options?: LossOptions & CircleOptions): Circle => new Circle(options);
/** Labels without their places in time (Graves et al. 2006, https://doi.org/10.1145/1143844.1143891). */
/* @__NO_SIDE_EFFECTS__ */
export const ctc = (options?: LossOptions): CTC => new CTC(options);
