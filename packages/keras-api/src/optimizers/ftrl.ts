/** Ftrl: follow the regularized leader, which makes weights exactly zero (McMahan et al. 2013). */
import { add, clipByValue, div, mul, pow, square, sub, type Tensor, ValueError, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface FtrlOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** How steps shrink with the sum of squares; 0 or less. Default −0.5; 0 keeps the learning rate. */
  readonly learningRatePower?: number | undefined;
  /** What the sum of squares starts from, 0 or more. Default 0.1. */
  readonly initialAccumulatorValue?: number | undefined;
  /** 0 or more. Default 0. */
  readonly l1RegularizationStrength?: number | undefined;
  /** 0 or more. Default 0. */
  readonly l2RegularizationStrength?: number | undefined;
  /** As l2, but on the gradient's side: only weights that are used shrink. 0 or more. Default 0. */
  readonly l2ShrinkageRegularizationStrength?: number | undefined;
  /** The paper's β. Default 0. */
  readonly beta?: number | undefined;
}

/**
 * With `p = −learningRatePower` and `λ₂ = l2 + β / (2 · rate)`: `n' = n + g²; z ← z + g + 2 · shrinkage · w − (n'ᵖ − nᵖ) / rate · w;
 * w ← (clip(z, ±l1) − z) / (n'ᵖ / rate + 2 · λ₂); n ← n'`.
 */
export class Ftrl extends Optimizer {
  declare readonly learningRatePower: number;
  declare readonly initialAccumulatorValue: number;
  declare readonly l1RegularizationStrength: number;
  declare readonly l2RegularizationStrength: number;
  declare readonly l2ShrinkageRegularizationStrength: number;
  declare readonly beta: number;

  constructor(options: FtrlOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.001 });
    this.take(options, {
      learningRatePower: -0.5,
      initialAccumulatorValue: 0.1,
      l1RegularizationStrength: 0,
      l2RegularizationStrength: 0,
      l2ShrinkageRegularizationStrength: 0,
      beta: 0,
    });
    if (!(this.learningRatePower <= 0)) throw new ValueError("Ftrl", `learningRatePower must be 0 or less, got ${this.learningRatePower}`);
    for (const key of notNegative) if (!(this[key] >= 0)) throw new ValueError("Ftrl", `${key} must be 0 or more, got ${this[key]}`);
  }
  override get className(): string {
    return "Ftrl";
  }
  protected override addState(variables: readonly Variable[]): void {
    this.addSlots(variables, ["accumulator", "linear"], [this.initialAccumulatorValue]);
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor): void {
    const [accumulator, linear] = [this.slot(variable, "accumulator"), this.slot(variable, "linear")];
    const power = (x: Tensor | Variable): Tensor => pow(x, -this.learningRatePower);
    const squares = add(accumulator, square(gradient));
    const shrunk = add(gradient, mul(variable, 2 * this.l2ShrinkageRegularizationStrength));
    const z = add(linear, sub(shrunk, mul(div(sub(power(squares), power(accumulator)), rate), variable)));
    const l2 = add(div(this.beta, mul(rate, 2)), this.l2RegularizationStrength);
    const quadratic = add(div(power(squares), rate), mul(l2, 2));
    linear.assign(z);
    accumulator.assign(squares);
    variable.assign(div(sub(clipByValue(z, -this.l1RegularizationStrength, this.l1RegularizationStrength), z), quadratic));
  }
}
const notNegative = [
  "initialAccumulatorValue",
  "l1RegularizationStrength",
  "l2RegularizationStrength",
  "l2ShrinkageRegularizationStrength",
] as const;

/**
 * Follow the regularized leader: sparse weights for wide linear models.
 * @example
 * optimizers.ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.01 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const ftrl = (options?: FtrlOptions): Ftrl => new Ftrl(options);
