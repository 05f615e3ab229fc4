/** A schedule of constants. */
import { lessEqual, scalarLike, type Tensor, ValueError, where } from "@antler/tensor-core";
import { LearningRateSchedule } from "./schedule.ts";

export interface PiecewiseConstantDecayOptions {
  /** The last step of each value but the last; rising. */
  readonly boundaries: readonly number[];
  /** One more than boundaries. */
  readonly values: readonly number[];
  readonly name?: string | undefined;
}
/** `values[i]` for the first i with `step ≤ boundaries[i]`, else the last value. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  declare readonly boundaries: readonly number[];
  declare readonly values: readonly number[];
  declare readonly name: string;

  constructor(options: PiecewiseConstantDecayOptions) {
    super();
    const { boundaries, values } = options;
    this.take(options, { boundaries, values, name: "PiecewiseConstant" });
    if (values.length !== boundaries.length + 1) {
      const got = `${boundaries.length} boundaries and ${values.length} values`;
      throw new ValueError(this.className, `there must be one value more than boundaries, got ${got}`);
    }
  }
  override get className(): string {
    return "PiecewiseConstantDecay";
  }
  protected override rate(step: Tensor): Tensor {
    const last = scalarLike(step, this.values.at(-1)!);
    return this.boundaries.reduceRight<Tensor>((rest, b, i) => where(lessEqual(step, b), this.values[i]!, rest), last);
  }
}
