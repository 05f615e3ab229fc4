/** Adam: steps scaled by running means of the gradient and of its square (Kingma and Ba 2014). */
import { add, div, maximum, mul, sqrt, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { MomentsOptimizer, type MomentsOptions, unbiasedRate } from "./moments.ts";

export interface AdamOptions extends MomentsOptions {
  /** Divides by the largest mean of squares so far (Reddi et al. 2018). Default false. */
  readonly amsgrad?: boolean | undefined;
}

/** `m ← m + (g − m)(1 − β₁); v ← v + (g² − v)(1 − β₂); w ← w − α · m / (√v + ε)` with `α = rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)`. */
export class Adam extends MomentsOptimizer {
  declare readonly amsgrad: boolean;

  constructor(options: AdamOptions = {}) {
    super(options);
    this.take(options, { amsgrad: false });
  }
  override get className(): string {
    return "Adam";
  }
  protected override addState(variables: readonly Variable[]): void {
    super.addState(variables);
    if (this.amsgrad) this.addSlots(variables, ["velocity_hat"]);
  }
  protected override rates(learningRate: Tensor, step: Tensor): readonly Tensor[] {
    return [unbiasedRate(learningRate, step, this.beta1, this.beta2)];
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const [momentum, velocity] = this.moments(gradient, variable);
    const divisor = add(sqrt(this.amsgrad ? this.#largest(variable, velocity) : velocity), this.epsilon);
    variable.assign(sub(variable, div(mul(momentum, rate), divisor)));
  }
  #largest(variable: Variable, velocity: Tensor): Tensor {
    const slot = this.slot(variable, "velocity_hat");
    const largest = maximum(slot, velocity);
    slot.assign(largest);
    return largest;
  }
}

/**
 * Steps scaled by running means of the gradient and of its square.
 * @example
 * optimizers.adam({ learningRate: 0.001 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const adam = (options?: AdamOptions): Adam => new Adam(options);
