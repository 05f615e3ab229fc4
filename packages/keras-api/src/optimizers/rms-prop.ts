/** RMSprop: steps divided by a running root mean square of the gradient (Hinton 2012, lecture 6). */
import { add, div, mul, sqrt, square, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface RMSpropOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** How much of the mean of squares is kept. Default 0.9. */
  readonly rho?: number | undefined;
  /** The part of the last step that goes on. Default 0. */
  readonly momentum?: number | undefined;
  /** Keeps the division finite. Default 1e-7. */
  readonly epsilon?: number | undefined;
  /** Divides by the gradient's variance instead of its mean square. Default false. */
  readonly centered?: boolean | undefined;
}

/** `v ← ρ · v + (1 − ρ) · g²; w ← w − rate · g / √(v + ε)`; centered, with `v − a²` for v, where `a ← ρ · a + (1 − ρ) · g`. */
export class RMSprop extends Optimizer {
  declare readonly rho: number;
  declare readonly momentum: number;
  declare readonly epsilon: number;
  declare readonly centered: boolean;

  constructor(options: RMSpropOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.001 });
    this.take(options, { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false });
  }
  override get className(): string {
    return "RMSprop";
  }
  protected override addState(variables: readonly Variable[]): void {
    this.addSlots(variables, ["velocity"]);
    if (this.momentum > 0) this.addSlots(variables, ["momentum"]);
    if (this.centered) this.addSlots(variables, ["average_gradient"]);
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const velocity = this.#mean(this.slot(variable, "velocity"), square(gradient));
    const spread = this.centered ? sub(velocity, square(this.#mean(this.slot(variable, "average_gradient"), gradient))) : velocity;
    const step = div(mul(gradient, rate), sqrt(add(spread, this.epsilon)));
    variable.assign(sub(variable, this.momentum > 0 ? this.#carried(variable, step) : step));
  }
  #mean(slot: Variable, x: Tensor): Tensor {
    const next = add(mul(slot, this.rho), mul(x, 1 - this.rho));
    slot.assign(next);
    return next;
  }
  #carried(variable: Variable, step: Tensor): Tensor {
    const slot = this.slot(variable, "momentum");
    const next = add(mul(slot, this.momentum), step);
    slot.assign(next);
    return next;
  }
}

/**
 * Steps divided by a running root mean square of the gradient.
 * @example
 * optimizers.rmsProp({ learningRate: 0.001, momentum: 0.9 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const rmsProp = (options?: RMSpropOptions): RMSprop => new RMSprop(options);
