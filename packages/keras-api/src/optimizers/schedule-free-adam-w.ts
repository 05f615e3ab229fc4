/** ScheduleFreeAdamW: Adam whose weights are averages, so that it needs no schedule (Defazio et al. 2024, https://arxiv.org/abs/2405.15682). */
import { add, cast, div, minimum, mul, pow, sqrt, square, sub, suspendTrace, type Tensor, type Variable } from "@antler/tensor-core";
import { MomentsOptimizer, type MomentsOptions, track } from "./moments.ts";

export interface ScheduleFreeAdamWOptions extends MomentsOptions {
  /** Over so many steps the learning rate grows to what it is. Default 0. */
  readonly warmupSteps?: number | undefined;
}

/**
 * Steps go to `z ← z − α · g / (√(v / (1 − β₂ᵗ)) + ε)`, their average is `x ← (1 − 1/t) x + z / t`, and the weights are
 * `(1 − β₁) z + β₁ x`, where gradients are taken. "momentum" is z. Keras on TensorFlow 3.15 reads z after its step where the
 * paper, and Keras's other backends, read it before; this is the paper's.
 */
export class ScheduleFreeAdamW extends MomentsOptimizer {
  declare readonly warmupSteps: number;

  constructor(options: ScheduleFreeAdamWOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.0025, epsilon: options.epsilon ?? 1e-8 });
    this.take(options, { warmupSteps: 0 });
  }
  override get className(): string {
    return "ScheduleFreeAdamW";
  }
  protected override addState(variables: readonly Variable[]): void {
    super.addState(variables);
    suspendTrace(() => {
      for (const v of variables) {
        const begin = v.value;
        this.slot(v, "momentum").assign(begin);
        begin.dispose();
      }
    });
  }
  protected override rates(learningRate: Tensor, step: Tensor): readonly Tensor[] {
    const t = cast(step, "float32");
    const rate = this.warmupSteps > 0 ? mul(learningRate, minimum(div(t, this.warmupSteps), 1)) : learningRate;
    return [rate, div(1, t), sub(1, pow(this.beta2, t))];
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor, share: Tensor, unbias: Tensor): void {
    const slot = this.slot(variable, "momentum");
    const before = slot.value;
    const velocity = track(this.slot(variable, "velocity"), square(gradient), this.beta2);
    const z = sub(before, div(mul(rate, gradient), add(sqrt(div(velocity, unbias)), this.epsilon)));
    const averaged = div(sub(variable, mul(before, 1 - this.beta1)), this.beta1);
    const average = add(mul(sub(1, share), averaged), mul(share, z));
    slot.assign(z);
    variable.assign(add(mul(z, 1 - this.beta1), mul(average, this.beta1)));
  }
}

/**
 * Adam that needs no schedule.
 * @example
 * optimizers.scheduleFreeAdamW({ learningRate: 0.0025, warmupSteps: 100 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const scheduleFreeAdamW = (options?: ScheduleFreeAdamWOptions): ScheduleFreeAdamW => new ScheduleFreeAdamW(options);
