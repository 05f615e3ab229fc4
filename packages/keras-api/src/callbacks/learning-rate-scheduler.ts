/** LearningRateScheduler: a learning rate for each epoch. */
import { ValueError } from "@antler/tensor-core";
import { printLine } from "../host.ts";
import { Callback, type Logs } from "./callback.ts";
import { learningRateOf } from "./learning-rate.ts";

/** The learning rate of an epoch, counted from 0, and the one before. */
export type EpochSchedule = (epoch: number, learningRate: number) => number;

export interface LearningRateSchedulerOptions {
  /** 1 tells of each epoch's rate. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
}

/**
 * Sets the learning rate before each epoch. Logs have it as `learning_rate`.
 * @example
 * new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.9));
 */
export class LearningRateScheduler extends Callback {
  readonly #schedule: EpochSchedule;
  readonly #verbose: 0 | 1;

  constructor(schedule: EpochSchedule, { verbose = 0 }: LearningRateSchedulerOptions = {}) {
    super();
    this.#schedule = schedule;
    this.#verbose = verbose;
  }
  override async onEpochBegin(epoch: number): Promise<void> {
    const rate = this.#schedule(epoch, await learningRateOf(this.model));
    if (typeof rate !== "number") throw new ValueError("LearningRateScheduler", `the schedule must give a number, got ${String(rate)}`);
    this.model.optimizer!.learningRate = rate;
    if (this.#verbose) printLine(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`);
  }
  override async onEpochEnd(_epoch: number, logs: Logs): Promise<void> {
    logs["learning_rate"] = await learningRateOf(this.model);
  }
}

/**
 * Sets the learning rate before each epoch.
 * @example
 * callbacks.learningRateScheduler((epoch, rate) => rate * Math.exp(-0.1));
 */
/* @__NO_SIDE_EFFECTS__ */
export const learningRateScheduler = (schedule: EpochSchedule, options?: LearningRateSchedulerOptions): LearningRateScheduler =>
  new LearningRateScheduler(schedule, options);
