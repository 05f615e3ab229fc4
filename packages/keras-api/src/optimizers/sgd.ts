/** SGD: steps down the gradient, with momentum if wanted. */
import { add, mul, sub, type Tensor, ValueError, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface SGDOptions extends OptimizerOptions {
  /** Default 0.01. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** The part of the last step that goes on, 0 to 1. Default 0. */
  readonly momentum?: number | undefined;
  /** Looks one step ahead (Nesterov 1983). Default false. */
  readonly nesterov?: boolean | undefined;
}

/** `v ← momentum · v − rate · g; w ← w + v`. */
export class SGD extends Optimizer {
  declare readonly momentum: number;
  declare readonly nesterov: boolean;

  constructor(options: SGDOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.01 });
    this.take(options, { momentum: 0, nesterov: false });
    if (!(this.momentum >= 0 && this.momentum <= 1)) throw new ValueError("SGD", `momentum must be between 0 and 1, got ${this.momentum}`);
  }
  override get className(): string {
    return "SGD";
  }
  protected override addState(variables: readonly Variable[]): void {
    if (this.momentum) this.addSlots(variables, ["momentum"]);
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const step = mul(gradient, rate);
    if (!this.momentum) return void variable.assign(sub(variable, step));
    const slot = this.slot(variable, "momentum");
    const velocity = sub(mul(slot, this.momentum), step);
    slot.assign(velocity);
    variable.assign(add(variable, this.nesterov ? sub(mul(velocity, this.momentum), step) : velocity));
  }
}

/**
 * Steps down the gradient.
 * @example
 * optimizers.sgd({ learningRate: 0.1, momentum: 0.9 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const sgd = (options?: SGDOptions): SGD => new SGD(options);
