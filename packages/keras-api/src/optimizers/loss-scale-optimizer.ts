/** LossScaleOptimizer: scales the loss as far as 16-bit gradients stay finite (Micikevicius et al. 2017). */
import {
  add,
  all,
  cast,
  densify,
  div,
  equal,
  fill,
  isFinite,
  logicalAnd,
  mul,
  type Tensor,
  tidy,
  ValueError,
  type Variable,
  where,
  withName,
} from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { type Gradient, Optimizer } from "./optimizer.ts";
import { assignWhere } from "./state.ts";

export interface LossScaleOptions {
  /** Makes the steps; clipping, decay and the like are its options. */
  readonly innerOptimizer: Optimizer;
  /** Default 2¹⁵. */
  readonly initialScale?: number | undefined;
  /** After how many finite steps in a row the scale doubles. Default 2000. */
  readonly dynamicGrowthSteps?: number | undefined;
  readonly name?: string | undefined;
}

/** Gradients divided by the scale make the inner optimizer's step; where one is not finite, the step is left out and the scale halves. */
export class LossScaleOptimizer extends Optimizer {
  readonly innerOptimizer: Optimizer;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  /** What the loss is multiplied by now: float32 scalar. */
  readonly dynamicScale: Variable;
  readonly #finiteSteps: Variable;

  constructor({ innerOptimizer, initialScale = 2 ** 15, dynamicGrowthSteps = 2000, name }: LossScaleOptions) {
    super({ name, learningRate: 0 });
    if (!(innerOptimizer instanceof Optimizer)) throw new ValueError(this.className, "innerOptimizer must be an optimizer");
    this.innerOptimizer = innerOptimizer;
    this.initialScale = initialScale;
    this.dynamicGrowthSteps = dynamicGrowthSteps;
    this.#finiteSteps = this.addVariable(`${this.name}/step_counter`, { dtype: "int32", savedDtype: "int64" });
    this.dynamicScale = this.addVariable(`${this.name}/dynamic_scale`, { value: initialScale });
    // Or gradients would be divided twice.
    innerOptimizer.lossScaleFactor = null;
  }
  override get className(): string {
    return "LossScaleOptimizer";
  }
  override get iterations(): Variable {
    return this.innerOptimizer.iterations;
  }
  override get learningRate(): Variable {
    return this.innerOptimizer.learningRate;
  }
  override set learningRate(value: number | Tensor | Variable) {
    this.innerOptimizer.learningRate = value;
  }
  override currentLearningRate(): Tensor {
    return this.innerOptimizer.currentLearningRate();
  }
  override get variables(): readonly Variable[] {
    return [...super.variables, ...this.innerOptimizer.variables];
  }
  override build(variables: readonly Variable[]): void {
    this.innerOptimizer.build(variables);
    this.built = true;
  }
  override apply(gradients: readonly Gradient[], variables: readonly Variable[]): void {
    this.build(variables);
    withName(this.name, () =>
      tidy(() =>
        this.#step(
          gradients.map((g) => g && densify(g)),
          variables,
        ),
      ),
    );
  }
  #step(gradients: readonly (Tensor | null)[], variables: readonly Variable[]): void {
    const finite = gradients.reduce<Tensor>((so, g) => (g ? logicalAnd(so, all(isFinite(g))) : so), fill([], 1, "bool"));
    const scale = this.dynamicScale.value;
    const unscaled = gradients.map((g) => g && div(g, cast(scale, g.dtype)));
    assignWhere(finite, [...variables, ...this.innerOptimizer.variables], () => this.innerOptimizer.apply(unscaled, variables));

    const isLast = equal(this.#finiteSteps, this.dynamicGrowthSteps - 1);
    const [zero, one] = [fill([], 0, "int32"), fill([], 1)];
    this.#finiteSteps.assign(where(finite, where(isLast, zero, add(this.#finiteSteps, 1)), zero));
    this.dynamicScale.assign(mul(scale, where(finite, where(isLast, mul(one, 2), one), 0.5)));
  }
  protected override updateStep(): void {
    throw new ValueError(this.className, "its inner optimizer changes the variables");
  }
  override scaleLoss(loss: Tensor): Tensor {
    return mul(loss, cast(this.dynamicScale, loss.dtype));
  }
  override finalizeVariableValues(variables: readonly Variable[]): void {
    this.innerOptimizer.finalizeVariableValues(variables);
  }
  override getConfig(): Config {
    return configOf(this, ["name", "innerOptimizer", "initialScale", "dynamicGrowthSteps"]);
  }
}

/**
 * Scales the loss as far as gradients stay finite.
 * @example
 * optimizers.lossScaleOptimizer({ innerOptimizer: optimizers.adam() });
 */
/* @__NO_SIDE_EFFECTS__ */
export const lossScaleOptimizer = (options: LossScaleOptions): LossScaleOptimizer => new LossScaleOptimizer(options);
