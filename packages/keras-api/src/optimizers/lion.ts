/** Lion: steps of one size, in the direction of the momentum's sign (Chen et al. 2023). */
import { add, mul, sign, sub, type Tensor, ValueError, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface LionOptions extends OptimizerOptions {
  /** Default 0.001; a third to a tenth of what Adam takes. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** How much of the step's direction is momentum, above 0 to 1. Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the momentum is kept. Default 0.99. */
  readonly beta2?: number | undefined;
}

/** `1 − part` of the float32, as Keras has it here. */
const blend = (kept: Tensor | Variable, x: Tensor, part: number): Tensor => add(mul(kept, part), mul(x, 1 - Math.fround(part)));

/** `w ← w − rate · sign(β₁ · m + (1 − β₁) · g); m ← β₂ · m + (1 − β₂) · g`. */
export class Lion extends Optimizer {
  declare readonly beta1: number;
  declare readonly beta2: number;

  constructor(options: LionOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.001 });
    this.take(options, { beta1: 0.9, beta2: 0.99 });
    if (!(this.beta1 > 0 && this.beta1 <= 1)) throw new ValueError("Lion", `beta1 must be above 0 and at most 1, got ${this.beta1}`);
  }
  override get className(): string {
    return "Lion";
  }
  protected override addState(variables: readonly Variable[]): void {
    this.addSlots(variables, ["momentum"]);
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const momentum = this.slot(variable, "momentum");
    variable.assign(sub(variable, mul(sign(blend(momentum, gradient, this.beta1)), rate)));
    momentum.assign(blend(momentum, gradient, this.beta2));
  }
}

/**
 * Steps of one size, with one slot a weight.
 * @example
 * optimizers.lion({ learningRate: 0.0003 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const lion = (options?: LionOptions): Lion => new Lion(options);
