/** The functions behind metrics: labels and predictions to one value a sample. Those of losses are among them, as in Keras. */

export {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from "../../losses/functions/index.ts";
export {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  type SparseTopKParameters,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  type ThresholdParameters,
  type TopKParameters,
  topKCategoricalAccuracy,
} from "./accuracy.ts";
export { concordanceCorrelation, cosineSimilarity, pearsonCorrelation } from "./correlation.ts";
