/** The functions behind losses: labels and predictions to one value a sample. Options come last. */
export { type CircleOptions, type CircleParameters, circle } from "./circle.ts";
export {
  binaryCrossentropy,
  type CrossentropyParameters,
  categoricalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  type GeneralizedCrossentropyParameters,
  type SparseCrossentropyParameters,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
export { ctc } from "./ctc.ts";
export {
  type BinaryFocalParameters,
  binaryFocalCrossentropy,
  type CategoricalFocalParameters,
  categoricalFocalCrossentropy,
} from "./focal.ts";
export { categoricalHinge, hinge, squaredHinge } from "./hinge.ts";
export { type DiceParameters, dice, type TverskyParameters, tversky } from "./overlap.ts";
export { klDivergence, poisson } from "./probabilistic.ts";
export {
  type AxisParameters,
  cosineSimilarity,
  type HuberParameters,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from "./regression.ts";
