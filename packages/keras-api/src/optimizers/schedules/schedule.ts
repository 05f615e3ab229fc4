/** The base of learning rate schedules. */
import { cast, scalar, type Tensor, type TensorLike, tidy } from "@antler/tensor-core";
import { Parametrized } from "../../parametrized.ts";

/**
 * A learning rate as a function of the step. Override `rate`, with public ops, so that a compiled step keeps it.
 * @example
 * class Linear extends schedules.LearningRateSchedule {
 *   override rate(step: Tensor) {
 *     return div(0.1, add(step, 1));
 *   }
 * }
 */
export abstract class LearningRateSchedule extends Parametrized {
  get module(): string {
    return "keras.optimizers.schedules";
  }
  /**
   * The learning rate at a step.
   * @param step a scalar of any number type, or a number; 0 is the first step. A tensor of steps gives a tensor of rates.
   * @returns float32
   */
  apply(step: TensorLike): Tensor {
    return tidy(() => this.rate(typeof step === "number" ? scalar(step) : cast(step, "float32")));
  }
  /** The learning rate at a step, which is float32. */
  protected abstract rate(step: Tensor): Tensor;
}
