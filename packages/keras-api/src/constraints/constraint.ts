/** The base of constraints: what an optimizer puts a weight through after each step. */
import type { Tensor } from "@antler/tensor-core";
import { Parametrized } from "../parametrized.ts";

/**
 * Override `apply` for a constraint of your own.
 * @example
 * class Clipped extends Constraint {
 *   apply(w: Tensor) {
 *     return clipByValue(w, -1, 1);
 *   }
 * }
 */
export abstract class Constraint extends Parametrized {
  get module(): string {
    return "keras.constraints";
  }
  /** The weight nearest to w that may be: of the same shape and dtype. */
  abstract apply(w: Tensor): Tensor;
}
