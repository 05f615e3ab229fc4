/** Schedules along a cosine (Loshchilov and Hutter 2016). */
import { add, cos, div, floor, less, log, minimum, mul, pow, scalarLike, sub, type Tensor, ValueError, where } from "@antler/tensor-core";
import { LearningRateSchedule } from "./schedule.ts";
import { DecaySchedule, type StepsOptions } from "./steps.ts";

/** From 1 to 0 along half a cosine. */
const halfCosine = (part: Tensor): Tensor => mul(add(cos(mul(part, Math.PI)), 1), 0.5);

export interface CosineDecayOptions extends StepsOptions {
  /** Where it ends, as a part of the start. Default 0. */
  readonly alpha?: number | undefined;
  /** Rises to this in a straight line first. Default: no rise. */
  readonly warmupTarget?: number | null | undefined;
  /** Over how many steps it rises. Default 0. */
  readonly warmupSteps?: number | undefined;
}
/** `start · ((1 − alpha) · (1 + cos(π · step / decaySteps)) / 2 + alpha)`. */
export class CosineDecay extends DecaySchedule {
  declare readonly alpha: number;
  declare readonly warmupTarget: number | null;
  declare readonly warmupSteps: number;

  constructor(options: CosineDecayOptions) {
    super(options);
    this.take(options, { alpha: 0, warmupTarget: null, warmupSteps: 0 });
  }
  override get className(): string {
    return "CosineDecay";
  }
  protected override rate(step: Tensor): Tensor {
    const { initialLearningRate: first, warmupTarget: target, warmupSteps, decaySteps } = this;
    if (target === null) return this.#decayed(minimum(step, decaySteps), first);
    const now = minimum(step, decaySteps + warmupSteps);
    const rise = add(mul(div(now, warmupSteps), Math.fround(target) - Math.fround(first)), first);
    return where(less(now, warmupSteps), rise, this.#decayed(sub(now, warmupSteps), target));
  }
  #decayed(step: Tensor, from: number): Tensor {
    return mul(add(mul(halfCosine(div(step, this.decaySteps)), 1 - this.alpha), this.alpha), from);
  }
}

export interface CosineDecayRestartsOptions {
  readonly initialLearningRate: number;
  /** The length of the first period; above 0. */
  readonly firstDecaySteps: number;
  /** How much longer each period is than the one before. Default 2. */
  readonly tMul?: number | undefined;
  /** How much higher each period starts than the one before. Default 1. */
  readonly mMul?: number | undefined;
  /** Where periods end, as a part of the start. Default 0. */
  readonly alpha?: number | undefined;
  readonly name?: string | undefined;
}
/** CosineDecay that starts again: period i is `firstDecaySteps · tMulⁱ` long and starts at `initial · mMulⁱ`. */
export class CosineDecayRestarts extends LearningRateSchedule {
  declare readonly initialLearningRate: number;
  declare readonly firstDecaySteps: number;
  declare readonly tMul: number;
  declare readonly mMul: number;
  declare readonly alpha: number;
  declare readonly name: string;

  constructor(options: CosineDecayRestartsOptions) {
    super();
    const { initialLearningRate, firstDecaySteps } = options;
    this.take(options, { initialLearningRate, firstDecaySteps, tMul: 2, mMul: 1, alpha: 0, name: "SGDRDecay" });
    if (!(this.firstDecaySteps > 0)) throw new ValueError(this.className, `firstDecaySteps must be above 0, got ${this.firstDecaySteps}`);
  }
  override get className(): string {
    return "CosineDecayRestarts";
  }
  protected override rate(step: Tensor): Tensor {
    const [period, part] = this.#period(div(step, this.firstDecaySteps));
    const height = mul(halfCosine(part), pow(this.mMul, period));
    return mul(add(mul(height, 1 - this.alpha), this.alpha), this.initialLearningRate);
  }
  /** Which period it is, and how much of it is over. */
  #period(time: Tensor): readonly [Tensor, Tensor] {
    const t = this.tMul;
    if (t === 1) return [floor(time), sub(time, floor(time))];
    // Periods add up geometrically; the logarithm of both by one op, so that whole periods divide evenly.
    const period = floor(div(log(sub(1, mul(time, 1 - t))), log(scalarLike(time, t))));
    const length = pow(t, period);
    return [period, div(sub(time, div(sub(1, length), 1 - t)), length)];
  }
}
