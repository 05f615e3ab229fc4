/** Losses: a class and a factory each, and `get` to find one by name. */
export { BinaryCrossentropy, type BinaryCrossentropyOptions, binaryCrossentropy } from "./binary-crossentropy.ts";
export { CategoricalCrossentropy, type CategoricalCrossentropyOptions, categoricalCrossentropy } from "./categorical-crossentropy.ts";
export { get, type LossFunction, type LossLike } from "./get.ts";
export { Loss, type LossOptions, type Reduction } from "./loss.ts";
export { MeanSquaredError, meanSquaredError } from "./mean-squared-error.ts";
export {
  SparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from "./sparse-categorical-crossentropy.ts";
