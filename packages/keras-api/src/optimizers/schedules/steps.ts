/** The base of schedules that decay over a number of steps. */
import { ValueError } from "@antler/tensor-core";
import { LearningRateSchedule } from "./schedule.ts";

export interface StepsOptions {
  readonly initialLearningRate: number;
  /** Over how many steps it decays; above 0. */
  readonly decaySteps: number;
  readonly name?: string | undefined;
}
export abstract class DecaySchedule extends LearningRateSchedule {
  declare readonly initialLearningRate: number;
  declare readonly decaySteps: number;
  declare readonly name: string;

  constructor(options: StepsOptions) {
    super();
    const { initialLearningRate, decaySteps } = options;
    this.take(options, { initialLearningRate, decaySteps, name: this.className });
    if (!(decaySteps > 0)) throw new ValueError(this.className, `decaySteps must be above 0, got ${decaySteps}`);
  }
}
