/** Adam: steps scaled by running means of the gradient and of its square (Kingma and Ba 2014). */
import { add, div, maximum, mul, pow, sqrt, square, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Optimizer, type OptimizerOptions } from "./optimizer.ts";

export interface AdamOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: number | undefined;
  /** How much of the mean of gradients is kept. Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the mean of squares is kept. Default 0.999. */
  readonly beta2?: number | undefined;
  /** Keeps the division finite. Default 1e-7. */
  readonly epsilon?: number | undefined;
  /** Divides by the largest mean of squares so far (Reddi et al. 2018). Default false. */
  readonly amsgrad?: boolean | undefined;
}

/** `m ← m + (g − m)(1 − β₁); v ← v + (g² − v)(1 − β₂); w ← w − α · m / (√v + ε)` with `α = rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)`. */
export class Adam extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  #momentums: readonly Variable[] = [];
  #velocities: readonly Variable[] = [];
  #largest: readonly Variable[] = [];

  constructor(options: AdamOptions = {}) {
    super({ name: "adam", ...options, learningRate: options.learningRate ?? 0.001 });
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
    this.amsgrad = options.amsgrad ?? false;
  }
  override get className(): string {
    return "Adam";
  }
  override build(variables: readonly Variable[]): void {
    super.build(variables);
    const [momentums, velocities] = this.addSlots(variables, ["momentum", "velocity"]);
    this.#momentums = momentums!;
    this.#velocities = velocities!;
    if (this.amsgrad) this.#largest = this.addSlots(variables, ["velocity_hat"])[0]!;
  }
  /** α, without the bias of means that start at zero. */
  protected override stepSize(learningRate: Tensor, step: Tensor): Tensor {
    return div(mul(learningRate, sqrt(sub(1, pow(this.beta2, step)))), sub(1, pow(this.beta1, step)));
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const [m, v] = [this.slotOf(this.#momentums, variable), this.slotOf(this.#velocities, variable)];
    const momentum = add(m, mul(sub(gradient, m), 1 - this.beta1));
    const velocity = add(v, mul(sub(square(gradient), v), 1 - this.beta2));
    m.assign(momentum);
    v.assign(velocity);
    variable.assign(sub(variable, div(mul(momentum, rate), add(sqrt(this.#divisor(variable, velocity)), this.epsilon))));
  }
  #divisor(variable: Variable, velocity: Tensor): Tensor {
    if (!this.amsgrad) return velocity;
    const slot = this.slotOf(this.#largest, variable);
    const largest = maximum(slot, velocity);
    slot.assign(largest);
    return largest;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, [["beta1", "beta_1"], ["beta2", "beta_2"], "epsilon", "amsgrad"]) };
  }
}

/**
 * Steps scaled by running means of the gradient and of its square.
 * @example
 * optimizers.adam({ learningRate: 0.001 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const adam = (options?: AdamOptions): Adam => new Adam(options);
