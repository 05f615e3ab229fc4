/** The base of regularizers: a penalty on a tensor, for the loss to hold small. */
import type { Tensor } from "@antler/tensor-core";
import type { Config } from "../serialization/config.ts";

/**
 * Override `apply` for a penalty of your own.
 * @example
 * class Sharp extends Regularizer {
 *   apply(x: Tensor) {
 *     return max(abs(x));
 *   }
 * }
 */
export abstract class Regularizer {
  /** Keras's name of the class. */
  get className(): string {
    return this.constructor.name;
  }
  get module(): string {
    return "keras.regularizers";
  }
  /** The penalty: a scalar of x's dtype. */
  abstract apply(x: Tensor): Tensor;
  /** The options, in Keras's snake_case. */
  getConfig(): Config {
    return {};
  }
}
