/** The base of schedules that decay over a number of steps. */
import { ValueError } from "@antler/tensor-core";
import { type Config, configOf } from "../../serialization/config.ts";
import { LearningRateSchedule } from "./schedule.ts";

export interface StepsOptions {
  readonly initialLearningRate: number;
  /** Over how many steps it decays; above 0. */
  readonly decaySteps: number;
  readonly name?: string | undefined;
}
export abstract class DecaySchedule extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly name: string;

  constructor({ initialLearningRate, decaySteps, name }: StepsOptions) {
    super();
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.name = name ?? this.className;
    if (!(decaySteps > 0)) throw new ValueError(this.className, `decaySteps must be above 0, got ${decaySteps}`);
  }
  override getConfig(): Config {
    return configOf(this, ["initialLearningRate", "decaySteps", "name"]);
  }
}
