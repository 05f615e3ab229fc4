/** The base of regularizers: a penalty on a tensor, for the loss to hold small. */
import type { Tensor } from "@antler/tensor-core";
import { Parametrized } from "../parametrized.ts";

/**
 * Override `apply` for a penalty of your own.
 * @example
 * class Sharp extends Regularizer {
 *   apply(x: Tensor) {
 *     return max(abs(x));
 *   }
 * }
 */
export abstract class Regularizer extends Parametrized {
  get module(): string {
    return "keras.regularizers";
  }
  /** The penalty: a scalar of x's dtype. */
  abstract apply(x: Tensor): Tensor;
}
