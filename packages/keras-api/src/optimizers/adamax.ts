/** Adamax: Adam by the largest gradient instead of the mean of squares (Kingma and Ba 2014, section 7.1). */
import { abs, add, div, maximum, mul, pow, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { MomentsOptimizer, type MomentsOptions, track } from "./moments.ts";

/** `m ← m + (g − m)(1 − β₁); u ← max(β₂ · u, |g|); w ← w − rate · m / ((1 − β₁ᵗ)(u + ε))`. */
export class Adamax extends MomentsOptimizer {
  override get className(): string {
    return "Adamax";
  }
  protected override addState(variables: readonly Variable[]): void {
    this.addSlots(variables, ["momentum", "norm"]);
  }
  protected override rates(learningRate: Tensor, step: Tensor): readonly Tensor[] {
    return [learningRate, sub(1, pow(this.beta1, step))];
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor, bias: Tensor): void {
    const momentum = track(this.slot(variable, "momentum"), gradient, this.beta1);
    const slot = this.slot(variable, "norm");
    const norm = maximum(mul(slot, this.beta2), abs(gradient));
    slot.assign(norm);
    variable.assign(sub(variable, div(mul(momentum, rate), mul(add(norm, this.epsilon), bias))));
  }
}

/**
 * Adam by the largest gradient: for gradients that are mostly zero.
 * @example
 * optimizers.adamax({ learningRate: 0.002 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const adamax = (options?: MomentsOptions): Adamax => new Adamax(options);
