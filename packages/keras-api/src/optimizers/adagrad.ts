/** Adagrad: steps that shrink with all gradients so far (Duchi et al. 2011). */
import { add, div, mul, sqrt, square, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.001; the paper has 1. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** What the sum of squares starts from. Default 0.1. */
  readonly initialAccumulatorValue?: number | undefined;
  /** Keeps the division finite. Default 1e-7. */
  readonly epsilon?: number | undefined;
}

/** `v ← v + g²; w ← w − rate · g / √(v + ε)`. */
export class Adagrad extends Optimizer {
  declare readonly initialAccumulatorValue: number;
  declare readonly epsilon: number;

  constructor(options: AdagradOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.001 });
    this.take(options, { initialAccumulatorValue: 0.1, epsilon: 1e-7 });
  }
  override get className(): string {
    return "Adagrad";
  }
  protected override addState(variables: readonly Variable[]): void {
    this.addSlots(variables, ["accumulator"], [this.initialAccumulatorValue]);
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const slot = this.slot(variable, "accumulator");
    const squares = add(slot, square(gradient));
    slot.assign(squares);
    variable.assign(sub(variable, div(mul(gradient, rate), sqrt(add(squares, this.epsilon)))));
  }
}

/**
 * Steps that shrink with all gradients so far: rare features keep large ones.
 * @example
 * optimizers.adagrad({ learningRate: 0.1 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const adagrad = (options?: AdagradOptions): Adagrad => new Adagrad(options);
