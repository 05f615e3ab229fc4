/** Metrics: a class and a factory each, and `get` to find one by name. The functions behind them are in `metrics.functions`. */
import type { AxisParameters, CrossentropyParameters, SparseCrossentropyParameters } from "../losses/functions/index.ts";
import {
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
} from "./accuracies.ts";
import {
  PrecisionAtRecall,
  type PrecisionAtRecallOptions,
  RecallAtPrecision,
  type RecallAtPrecisionOptions,
  SensitivityAtSpecificity,
  type SensitivityAtSpecificityOptions,
  SpecificityAtSensitivity,
  type SpecificityAtSensitivityOptions,
} from "./confusion/at.ts";
import { AUC, type AUCOptions } from "./confusion/auc.ts";
import {
  FalseNegatives,
  FalsePositives,
  Precision,
  type PrecisionOptions,
  Recall,
  type ThresholdsOptions,
  TrueNegatives,
  TruePositives,
} from "./confusion/counted.ts";
import { F1Score, type F1ScoreOptions, FBetaScore, type FBetaScoreOptions } from "./f-score.ts";
import type { SparseTopKParameters, ThresholdParameters, TopKParameters } from "./functions/index.ts";
import { CategoricalHinge, Hinge, SquaredHinge } from "./hinges.ts";
import {
  BinaryIoU,
  type BinaryIoUOptions,
  IoU,
  type IoUOptions,
  MeanIoU,
  type MeanIoUOptions,
  OneHotIoU,
  type OneHotIoUOptions,
  OneHotMeanIoU,
  type OneHotMeanIoUOptions,
} from "./iou.ts";
import type { MetricOptions } from "./metric.ts";
import { BinaryCrossentropy, CategoricalCrossentropy, KLDivergence, Poisson, SparseCategoricalCrossentropy } from "./probabilistic.ts";
import { R2Score, type R2ScoreOptions } from "./r2-score.ts";
import { Mean, Sum } from "./reduction.ts";
import {
  ConcordanceCorrelation,
  CosineSimilarity,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  PearsonCorrelation,
  RootMeanSquaredError,
} from "./regression.ts";

export * from "./accuracies.ts";
export * from "./confusion/at.ts";
export * from "./confusion/auc.ts";
export * from "./confusion/counted.ts";
export * from "./f-score.ts";
export * as functions from "./functions/index.ts";
export { deserialize, get, type MetricLike, serialize } from "./get.ts";
export * from "./hinges.ts";
export * from "./iou.ts";
export { Metric, type MetricOptions, type MetricVariableOptions } from "./metric.ts";
export * from "./probabilistic.ts";
export * from "./r2-score.ts";
export { Mean, Sum } from "./reduction.ts";
export * from "./regression.ts";
export { MeanMetricWrapper, type MetricFunction } from "./wrapper.ts";

/** How often predictions equal labels. */
/* @__NO_SIDE_EFFECTS__ */
export const accuracy = (options?: MetricOptions): Accuracy => new Accuracy(options);
/** How often predictions lie on the label's side of a threshold. */
/* @__NO_SIDE_EFFECTS__ */
export const binaryAccuracy = (options?: MetricOptions & ThresholdParameters): BinaryAccuracy => new BinaryAccuracy(options);
/** How often the most likely class is that of a one-hot label. */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalAccuracy = (options?: MetricOptions): CategoricalAccuracy => new CategoricalAccuracy(options);
/** How often the most likely class is the label's number. */
/* @__NO_SIDE_EFFECTS__ */
export const sparseCategoricalAccuracy = (options?: MetricOptions): SparseCategoricalAccuracy => new SparseCategoricalAccuracy(options);
/** How often a one-hot label's class is among the k most likely. */
/* @__NO_SIDE_EFFECTS__ */
export const topKCategoricalAccuracy = (options?: MetricOptions & TopKParameters): TopKCategoricalAccuracy =>
  new TopKCategoricalAccuracy(options);
/** How often the label's number is among the k most likely classes. */
/* @__NO_SIDE_EFFECTS__ */
export const sparseTopKCategoricalAccuracy = (options?: MetricOptions & SparseTopKParameters): SparseTopKCategoricalAccuracy =>
  new SparseTopKCategoricalAccuracy(options);
/** The running mean of the values it is given. */
/* @__NO_SIDE_EFFECTS__ */
export const mean = (options?: MetricOptions): Mean => new Mean(options);
/** The running sum of the values it is given. */
/* @__NO_SIDE_EFFECTS__ */
export const sum = (options?: MetricOptions): Sum => new Sum(options);
/** The mean of the squared differences of labels and predictions. */
/* @__NO_SIDE_EFFECTS__ */
export const meanSquaredError = (options?: MetricOptions): MeanSquaredError => new MeanSquaredError(options);
/** The mean distance of labels and predictions. */
/* @__NO_SIDE_EFFECTS__ */
export const meanAbsoluteError = (options?: MetricOptions): MeanAbsoluteError => new MeanAbsoluteError(options);
/** The mean distance of labels and predictions, in percent of the label. */
/* @__NO_SIDE_EFFECTS__ */
export const meanAbsolutePercentageError = (options?: MetricOptions): MeanAbsolutePercentageError =>
  new MeanAbsolutePercentageError(options);
/** The mean of the squared differences of `log(1 + x)` of labels and predictions. */
/* @__NO_SIDE_EFFECTS__ */
export const meanSquaredLogarithmicError = (options?: MetricOptions): MeanSquaredLogarithmicError =>
  new MeanSquaredLogarithmicError(options);
/** The mean of `log(cosh(yPred − yTrue))`. */
/* @__NO_SIDE_EFFECTS__ */
export const logCoshError = (options?: MetricOptions): LogCoshError => new LogCoshError(options);
/** The mean cosine of the angle between labels and predictions: 1 where they point the same way. */
/* @__NO_SIDE_EFFECTS__ */
export const cosineSimilarity = (options?: MetricOptions & AxisParameters): CosineSimilarity => new CosineSimilarity(options);
/** The mean of Pearson's correlations of labels and predictions. */
/* @__NO_SIDE_EFFECTS__ */
export const pearsonCorrelation = (options?: MetricOptions & AxisParameters): PearsonCorrelation => new PearsonCorrelation(options);
/** The mean concordance of labels and predictions (Lin 1989, https://doi.org/10.2307/2532051). */
/* @__NO_SIDE_EFFECTS__ */
export const concordanceCorrelation = (options?: MetricOptions & AxisParameters): ConcordanceCorrelation =>
  new ConcordanceCorrelation(options);
/** The root of the mean of the squared differences of labels and predictions. */
/* @__NO_SIDE_EFFECTS__ */
export const rootMeanSquaredError = (options?: MetricOptions): RootMeanSquaredError => new RootMeanSquaredError(options);
/** `1 − Σ(t − p)² / Σ(t − mean t)²`, 1 at best: labels and predictions `[batch, outputs]`. */
/* @__NO_SIDE_EFFECTS__ */
export const r2Score = (options?: R2ScoreOptions): R2Score => new R2Score(options);
/** The mean of `−y · log p − (1 − y) · log(1 − p)`. */
/* @__NO_SIDE_EFFECTS__ */
export const binaryCrossentropy = (options?: MetricOptions & Omit<CrossentropyParameters, "axis">): BinaryCrossentropy =>
  new BinaryCrossentropy(options);
/** The mean of `−Σ y · log p` over the classes. */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalCrossentropy = (options?: MetricOptions & CrossentropyParameters): CategoricalCrossentropy =>
  new CategoricalCrossentropy(options);
/** The mean of `−log p[label]`. As in Keras, ignored samples are left out of it only where there are sample weights; else they count as 0. */
/* @__NO_SIDE_EFFECTS__ */
export const sparseCategoricalCrossentropy = (options?: MetricOptions & SparseCrossentropyParameters): SparseCategoricalCrossentropy =>
  new SparseCategoricalCrossentropy(options);
/** The mean of `Σ yTrue · log(yTrue / yPred)`. */
/* @__NO_SIDE_EFFECTS__ */
export const klDivergence = (options?: MetricOptions): KLDivergence => new KLDivergence(options);
/** The mean of `yPred − yTrue · log(yPred)`. */
/* @__NO_SIDE_EFFECTS__ */
export const poisson = (options?: MetricOptions): Poisson => new Poisson(options);
/** The mean of `max(1 − yTrue · yPred, 0)`, for labels −1 and 1, or 0 and 1. */
/* @__NO_SIDE_EFFECTS__ */
export const hinge = (options?: MetricOptions): Hinge => new Hinge(options);
/** The mean of `max(1 − yTrue · yPred, 0)²`, for labels −1 and 1, or 0 and 1. */
/* @__NO_SIDE_EFFECTS__ */
export const squaredHinge = (options?: MetricOptions): SquaredHinge => new SquaredHinge(options);
/** The mean of `max(1 + max((1 − yTrue) · yPred) − Σ yTrue · yPred, 0)`, for one-hot labels. */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalHinge = (options?: MetricOptions): CategoricalHinge => new CategoricalHinge(options);
/** How many positive predictions are wrong. */
/* @__NO_SIDE_EFFECTS__ */
export const falsePositives = (options?: ThresholdsOptions): FalsePositives => new FalsePositives(options);
/** How many negative predictions are wrong. */
/* @__NO_SIDE_EFFECTS__ */
export const falseNegatives = (options?: ThresholdsOptions): FalseNegatives => new FalseNegatives(options);
/** How many negative predictions are right. */
/* @__NO_SIDE_EFFECTS__ */
export const trueNegatives = (options?: ThresholdsOptions): TrueNegatives => new TrueNegatives(options);
/** How many positive predictions are right. */
/* @__NO_SIDE_EFFECTS__ */
export const truePositives = (options?: ThresholdsOptions): TruePositives => new TruePositives(options);
/** Which part of positive predictions is right: `TP / (TP + FP)`. */
/* @__NO_SIDE_EFFECTS__ */
export const precision = (options?: PrecisionOptions): Precision => new Precision(options);
/** Which part of positive labels is found: `TP / (TP + FN)`. */
/* @__NO_SIDE_EFFECTS__ */
export const recall = (options?: PrecisionOptions): Recall => new Recall(options);
/** The best sensitivity, `TP / (TP + FN)`, where the specificity, `TN / (TN + FP)`, is at least a value. */
/* @__NO_SIDE_EFFECTS__ */
export const sensitivityAtSpecificity = (options: SensitivityAtSpecificityOptions): SensitivityAtSpecificity =>
  new SensitivityAtSpecificity(options);
/** The best specificity, `TN / (TN + FP)`, where the sensitivity, `TP / (TP + FN)`, is at least a value. */
/* @__NO_SIDE_EFFECTS__ */
export const specificityAtSensitivity = (options: SpecificityAtSensitivityOptions): SpecificityAtSensitivity =>
  new SpecificityAtSensitivity(options);
/** The best precision, `TP / (TP + FP)`, where the recall, `TP / (TP + FN)`, is at least a value. */
/* @__NO_SIDE_EFFECTS__ */
export const precisionAtRecall = (options: PrecisionAtRecallOptions): PrecisionAtRecall => new PrecisionAtRecall(options);
/** The best recall, `TP / (TP + FN)`, where the precision, `TP / (TP + FP)`, is at least a value. */
/* @__NO_SIDE_EFFECTS__ */
export const recallAtPrecision = (options: RecallAtPrecisionOptions): RecallAtPrecision => new RecallAtPrecision(options);
/** The area under the ROC or precision-recall curve: 1 at best, for ROC 0.5 by chance. */
/* @__NO_SIDE_EFFECTS__ */
export const auc = (options?: AUCOptions): AUC => new AUC(options);
/** `(1 + β²) · precision · recall / (β² · precision + recall)`. */
/* @__NO_SIDE_EFFECTS__ */
export const fBetaScore = (options?: FBetaScoreOptions): FBetaScore => new FBetaScore(options);
/** `2 · precision · recall / (precision + recall)`. */
/* @__NO_SIDE_EFFECTS__ */
export const f1Score = (options?: F1ScoreOptions): F1Score => new F1Score(options);
/** The mean of `TP / (TP + FP + FN)` over some classes; classes that never occur are left out. */
/* @__NO_SIDE_EFFECTS__ */
export const iou = (options: IoUOptions): IoU => new IoU(options);
/** IoU of a threshold's two sides. */
/* @__NO_SIDE_EFFECTS__ */
export const binaryIoU = (options?: BinaryIoUOptions): BinaryIoU => new BinaryIoU(options);
/** IoU of all classes. */
/* @__NO_SIDE_EFFECTS__ */
export const meanIoU = (options: MeanIoUOptions): MeanIoU => new MeanIoU(options);
/** IoU of one-hot labels. */
/* @__NO_SIDE_EFFECTS__ */
export const oneHotIoU = (options: OneHotIoUOptions): OneHotIoU => new OneHotIoU(options);
/** IoU of all classes of one-hot labels. */
/* @__NO_SIDE_EFFECTS__ */
export const oneHotMeanIoU = (options: OneHotMeanIoUOptions): OneHotMeanIoU => new OneHotMeanIoU(options);
