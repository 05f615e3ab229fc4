/** Schedules that decay by one formula: exponential, inverse time, polynomial. */
import { add, ceil, div, equal, floor, minimum, mul, pow, sub, type Tensor, where } from "@antler/tensor-core";
import { type Config, configOf } from "../../serialization/config.ts";
import { DecaySchedule, type StepsOptions } from "./steps.ts";

export interface DecayOptions extends StepsOptions {
  readonly decayRate: number;
  /** Decays once every `decaySteps`, not a little each step. Default false. */
  readonly staircase?: boolean | undefined;
}
abstract class RatedDecay extends DecaySchedule {
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(options: DecayOptions) {
    super(options);
    this.decayRate = options.decayRate;
    this.staircase = options.staircase ?? false;
  }
  /** How often it has decayed. */
  protected times(step: Tensor): Tensor {
    const times = div(step, this.decaySteps);
    return this.staircase ? floor(times) : times;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["decayRate", "staircase"]) };
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
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;

  constructor(options: PolynomialDecayOptions) {
    super(options);
    this.endLearningRate = options.endLearningRate ?? 0.0001;
    this.power = options.power ?? 1;
    this.cycle = options.cycle ?? false;
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
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["endLearningRate", "power", "cycle"]) };
  }
}
