/** Schedules that decay by one formula: exponential, inverse time, polynomial. */
import { add, ceil, div, equal, floor, minimum, mul, pow, sub, type Tensor, where } from "@antler/tensor-core";
import { DecaySchedule, type StepsOptions } from "./steps.ts";

export interface DecayOptions extends StepsOptions {
  readonly decayRate: number;
  /** Decays once every `decaySteps`, not a little each step. Default false. */
  readonly staircase?: boolean | undefined;
}
abstract class RatedDecay extends DecaySchedule {
  declare readonly decayRate: number;
  declare readonly staircase: boolean;

  constructor(options: DecayOptions) {
    super(options);
    this.take(options, { decayRate: options.decayRate, staircase: false });
  }
  /** How often it has decayed. */
  protected times(step: Tensor): Tensor {
    const times = div(step, this.decaySteps);
    return this.staircase ? floor(times) : times;
  }
}

/** `initial · decayRate ^ (step / decaySteps)`. */
export class ExponentialDecay extends RatedDecay {
  override get className(): string {
    return "ExponentialDecay";
  }
  protected override rate(step: Tensor): Tensor {
    return mul(pow(this.decayRate, this.times(step)), this.initialLearningRate);
  }
}

/** `initial / (1 + decayRate · step / decaySteps)`. */
export class InverseTimeDecay extends RatedDecay {
  override get className(): string {
    return "InverseTimeDecay";
  }
  protected override rate(step: Tensor): Tensor {
    return div(this.initialLearningRate, add(mul(this.times(step), this.decayRate), 1));
  }
}

export interface PolynomialDecayOptions extends StepsOptions {
  /** Where it ends. Default 0.0001. */
  readonly endLearningRate?: number | undefined;
  /** Default 1: a straight line. */
  readonly power?: number | undefined;
  /** Starts again at the end, over twice, three times … as many steps; else it stays. Default false. */
  readonly cycle?: boolean | undefined;
}
/** `(initial − end) · (1 − step / decaySteps) ^ power + end`. */
export class PolynomialDecay extends DecaySchedule {
  declare readonly endLearningRate: number;
  declare readonly power: number;
  declare readonly cycle: boolean;

  constructor(options: PolynomialDecayOptions) {
    super(options);
    this.take(options, { endLearningRate: 0.0001, power: 1, cycle: false });
  }
  override get className(): string {
    return "PolynomialDecay";
  }
  protected override rate(step: Tensor): Tensor {
    const part = this.cycle ? div(step, this.#cycleSteps(step)) : div(minimum(step, this.decaySteps), this.decaySteps);
    const span = Math.fround(this.initialLearningRate) - Math.fround(this.endLearningRate);
    return add(mul(pow(sub(1, part), this.power), span), this.endLearningRate);
  }
  #cycleSteps(step: Tensor): Tensor {
    return mul(where(equal(step, 0), 1, ceil(div(step, this.decaySteps))), this.decaySteps);
  }
}
