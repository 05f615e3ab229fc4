/** Adadelta: steps in the weights' own units, from running means of squares (Zeiler 2012). */
import { add, div, mul, sqrt, square, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface AdadeltaOptions extends OptimizerOptions {
  /** Default 0.001; the paper has 1. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** How much of the means is kept. Default 0.95. */
  readonly rho?: number | undefined;
  /** Keeps the division finite. Default 1e-7. */
  readonly epsilon?: number | undefined;
}

/** `v ← ρ · v + (1 − ρ) · g²; d = g · √(u + ε) / √(v + ε); u ← ρ · u + (1 − ρ) · d²; w ← w − rate · d`. */
export class Adadelta extends Optimizer {
  declare readonly rho: number;
  declare readonly epsilon: number;

  constructor(options: AdadeltaOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.001 });
    this.take(options, { rho: 0.95, epsilon: 1e-7 });
  }
  override get className(): string {
    return "Adadelta";
  }
  protected override addState(variables: readonly Variable[]): void {
    this.addSlots(variables, ["accumulated_grad", "accumulated_delta_var"]);
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const root = (x: Tensor | Variable): Tensor => sqrt(add(x, this.epsilon));
    const next = (slot: Variable, x: Tensor): Tensor => add(mul(slot, this.rho), mul(square(x), 1 - this.rho));
    const [gradients, deltas] = [this.slot(variable, "accumulated_grad"), this.slot(variable, "accumulated_delta_var")];
    const squares = next(gradients, gradient);
    const delta = div(mul(root(deltas), gradient), root(squares));
    gradients.assign(squares);
    deltas.assign(next(deltas, delta));
    variable.assign(sub(variable, mul(delta, rate)));
  }
}

/**
 * Steps that need no learning rate to be chosen.
 * @example
 * optimizers.adadelta({ learningRate: 1 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const adadelta = (options?: AdadeltaOptions): Adadelta => new Adadelta(options);
