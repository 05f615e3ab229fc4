/** Nadam: Adam that looks one step ahead (Dozat 2015). */
import { add, cast, div, mul, pow, sqrt, square, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { autoName } from "../naming.ts";
import { MomentsOptimizer, type MomentsOptions, track } from "./moments.ts";

/**
 * With `uₜ = β₁(1 − 0.96ᵗ / 2)` and `Πₜ = u₁ · … · uₜ`, and Adam's m and v:
 * `m̂ = uₜ₊₁ · m / (1 − Πₜ₊₁) + (1 − uₜ) · g / (1 − Πₜ); v̂ = v / (1 − β₂ᵗ); w ← w − rate · m̂ / (√v̂ + ε)`.
 */
export class Nadam extends MomentsOptimizer {
  #product: Variable | undefined;

  override get className(): string {
    return "Nadam";
  }
  protected override addState(variables: readonly Variable[]): void {
    super.addState(variables);
    // Keras gives it no name of its own.
    this.#product = this.addVariable(autoName("Variable"), { value: 1, dtype: variables[0]?.dtype });
  }
  protected override rates(learningRate: Tensor, step: Tensor): readonly Tensor[] {
    const decayed = (t: Tensor): Tensor => mul(sub(1, mul(pow(0.96, t), 0.5)), this.beta1);
    const [now, next] = [decayed(step), decayed(add(step, 1))];
    const slot = this.#product!;
    const product = mul(cast(slot, "float32"), now);
    slot.assign(cast(product, slot.dtype));
    return [learningRate, div(next, sub(1, mul(product, next))), div(sub(1, now), sub(1, product)), sub(1, pow(this.beta2, step))];
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor, ahead: Tensor, here: Tensor, bias: Tensor): void {
    // Keras takes 1 − β of the float32 here, where Adam has the rounded 1 − β.
    const momentum = track(this.slot(variable, "momentum"), g, Math.fround(this.beta1));
    const velocity = track(this.slot(variable, "velocity"), square(g), Math.fround(this.beta2));
    const mean = add(mul(momentum, ahead), mul(g, here));
    variable.assign(sub(variable, div(mul(mean, rate), add(sqrt(div(velocity, bias)), this.epsilon))));
  }
}

/**
 * Adam with Nesterov's momentum.
 * @example
 * optimizers.nadam({ learningRate: 0.001 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const nadam = (options?: MomentsOptions): Nadam => new Nadam(options);
