/** ReduceLROnPlateau: smaller steps when a metric gets no better. */
import { ValueError } from "@antler/tensor-core";
import { printLine } from "../host.ts";
import type { Logs } from "./callback.ts";
import { learningRateOf } from "./learning-rate.ts";
import { MonitorCallback, type MonitorOptions } from "./monitor.ts";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by; below 1. Default 0.1. */
  readonly factor?: number | undefined;
  /** How many epochs without an improvement are borne. Default 10. */
  readonly patience?: number | undefined;
  /** 1 tells of each change. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
  /** A change by less than this is none. Default 0.0001. */
  readonly minDelta?: number | undefined;
  /** How many epochs are let go by after a change. Default 0. */
  readonly cooldown?: number | undefined;
  /** The least the learning rate becomes. Default 0. */
  readonly minLr?: number | undefined;
}

/**
 * Multiplies the learning rate by a factor when a metric gets no better. Logs have the rate as `learning_rate`.
 * @example
 * await model.fit(x, y, { epochs: 50, callbacks: [new ReduceLROnPlateau({ monitor: "loss", patience: 3 })] });
 */
export class ReduceLROnPlateau extends MonitorCallback {
  readonly factor: number;
  readonly patience: number;
  readonly cooldown: number;
  readonly minLr: number;
  /** Epochs since the last improvement. */
  wait = 0;
  /** Epochs still to be let go by. */
  cooldownCounter = 0;
  readonly #verbose: 0 | 1;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    super({ minDelta: 1e-4, ...options });
    this.factor = options.factor ?? 0.1;
    this.patience = options.patience ?? 10;
    this.cooldown = options.cooldown ?? 0;
    this.minLr = options.minLr ?? 0;
    this.#verbose = options.verbose ?? 0;
    if (!(this.factor < 1)) throw new ValueError("ReduceLROnPlateau", `the factor must be below 1, got ${this.factor}`);
  }

  override onTrainBegin(): void {
    this.best = null;
    this.wait = 0;
    this.cooldownCounter = 0;
  }
  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const rate = await learningRateOf(this.model);
    logs["learning_rate"] = rate;
    const value = this.watched(logs);
    if (value === undefined) return;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.wait = 0;
    }
    if (this.isBetter(value, this.best)) {
      this.best = value;
      this.wait = 0;
    } else if (this.cooldownCounter === 0 && ++this.wait >= this.patience && rate > Math.fround(this.minLr)) {
      this.#reduce(epoch, rate);
    }
  }
  #reduce(epoch: number, rate: number): void {
    const next = Math.max(rate * this.factor, this.minLr);
    this.model.optimizer!.learningRate = next;
    if (this.#verbose) printLine(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${next}.`);
    this.cooldownCounter = this.cooldown;
    this.wait = 0;
  }
}

/**
 * Multiplies the learning rate by a factor when a metric gets no better.
 * @example
 * callbacks.reduceLROnPlateau({ factor: 0.2, patience: 5 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const reduceLROnPlateau = (options?: ReduceLROnPlateauOptions): ReduceLROnPlateau => new ReduceLROnPlateau(options);
