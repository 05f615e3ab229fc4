/** What Adam and its kin share: running means of the gradient and of its square, and the options for them. */
import { add, div, mul, pow, sqrt, square, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

/** The options of Adam and its kin. */
export interface MomentsOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** How much of the mean of gradients is kept. Default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the mean of squares is kept. Default 0.999. */
  readonly beta2?: number | undefined;
  /** Keeps the division finite. Default 1e-7. */
  readonly epsilon?: number | undefined;
}
/** `mean ← mean + (x − mean)(1 − kept)`: a running mean, which is given back. */
export function track(mean: Variable, x: Tensor, kept: number): Tensor {
  const next = add(mean, mul(sub(x, mean), 1 - kept));
  mean.assign(next);
  return next;
}
/** Adam's step size, without the bias of means that start at zero: `rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)`. */
export const unbiasedRate = (rate: Tensor, step: Tensor, beta1: number, beta2: number): Tensor =>
  div(mul(rate, sqrt(sub(1, pow(beta2, step)))), sub(1, pow(beta1, step)));

/** The base of optimizers with running means, "momentum" and "velocity", and Adam's options. */
export abstract class MomentsOptimizer extends Optimizer {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;

  constructor(options: MomentsOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.001 });
    this.take(options, { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
  }
  protected override addState(variables: readonly Variable[]): void {
    this.addSlots(variables, ["momentum", "velocity"]);
  }
  /** `m ← m + (g − m)(1 − β₁); v ← v + (g² − v)(1 − β₂)`. */
  protected moments(gradient: Tensor, variable: Variable): readonly [Tensor, Tensor] {
    const momentum = track(this.slot(variable, "momentum"), gradient, this.beta1);
    return [momentum, track(this.slot(variable, "velocity"), square(gradient), this.beta2)];
  }
}
