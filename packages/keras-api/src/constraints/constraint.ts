/** The base of constraints: what an optimizer puts a weight through after each step. */
import type { Tensor } from "@antler/tensor-core";
import type { Config } from "../serialization/config.ts";

/**
 * Override `apply` for a constraint of your own.
 * @example
 * class Clipped extends Constraint {
 *   apply(w: Tensor) {
 *     return clipByValue(w, -1, 1);
 *   }
 * }
 */
export abstract class Constraint {
  /** Keras's name of the class. */
  get className(): string {
    return this.constructor.name;
  }
  get module(): string {
    return "keras.constraints";
  }
  /** The weight nearest to w that may be: of the same shape and dtype. */
  abstract apply(w: Tensor): Tensor;
  /** The options, in Keras's snake_case. */
  getConfig(): Config {
    return {};
  }
}
