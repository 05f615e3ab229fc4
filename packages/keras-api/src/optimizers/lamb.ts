/** Lamb: Adam's step, as long as the weights are (You et al. 2019): for very large batches. */
import { add, div, greater, logicalAnd, mul, pow, sqrt, square, sub, sum, type Tensor, type Variable, where } from "@antler/tensor-core";
import { MomentsOptimizer, type MomentsOptions } from "./moments.ts";

const norm = (x: Tensor | Variable): Tensor => sqrt(sum(square(x)));

/** With Adam's m and v: `r = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε); w ← w − rate · r · ‖w‖ / ‖r‖`; a norm of 0 leaves r as it is. */
export class Lamb extends MomentsOptimizer {
  override get className(): string {
    return "Lamb";
  }
  protected override rates(learningRate: Tensor, step: Tensor): readonly Tensor[] {
    return [learningRate, sub(1, pow(this.beta1, step)), sub(1, pow(this.beta2, step))];
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor, bias1: Tensor, bias2: Tensor): void {
    const [momentum, velocity] = this.moments(gradient, variable);
    const step = div(div(momentum, bias1), add(sqrt(div(velocity, bias2)), this.epsilon));
    const [weights, length] = [norm(variable), norm(step)];
    const ratio = where(logicalAnd(greater(weights, 0), greater(length, 0)), div(weights, length), 1);
    variable.assign(sub(variable, mul(mul(ratio, rate), step)));
  }
}

/**
 * Adam layer by layer, for very large batches.
 * @example
 * optimizers.lamb({ learningRate: 0.01 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const lamb = (options?: MomentsOptions): Lamb => new Lamb(options);
