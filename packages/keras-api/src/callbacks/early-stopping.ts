/** EarlyStopping: ends training when a metric gets no better. */
import { dispose, type Tensor } from "@antler/tensor-core";
import { printLine } from "../host.ts";
import type { Logs } from "./callback.ts";
import { MonitorCallback, type MonitorOptions } from "./monitor.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** How many epochs without an improvement are borne. Default 0. */
  readonly patience?: number | undefined;
  /** 1 says when training ended. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
  /** A value to be beaten: until it is, every epoch counts as one without an improvement. */
  readonly baseline?: number | null | undefined;
  /** Whether the model gets the weights of the best epoch at the end. Default false: it keeps the last. */
  readonly restoreBestWeights?: boolean | undefined;
  /** Epochs before this one are not looked at. Default 0. */
  readonly startFromEpoch?: number | undefined;
}

/**
 * Ends training when a metric gets no better.
 * @example
 * await model.fit(x, y, { epochs: 100, validationSplit: 0.2, callbacks: [new EarlyStopping({ patience: 3, restoreBestWeights: true })] });
 */
export class EarlyStopping extends MonitorCallback {
  readonly patience: number;
  readonly baseline: number | null;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  /** Epochs since the last improvement. */
  wait = 0;
  /** The epoch training ended with; 0 where it was not ended. */
  stoppedEpoch = 0;
  bestEpoch = 0;
  readonly #verbose: 0 | 1;
  #bestWeights: readonly Tensor[] | undefined;

  constructor(options: EarlyStoppingOptions = {}) {
    super(options);
    this.patience = options.patience ?? 0;
    this.baseline = options.baseline ?? null;
    this.restoreBestWeights = options.restoreBestWeights ?? false;
    this.startFromEpoch = options.startFromEpoch ?? 0;
    this.#verbose = options.verbose ?? 0;
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = null;
    this.bestEpoch = 0;
    this.#forget();
  }
  override onEpochEnd(epoch: number, logs: Logs): void {
    const value = this.watched(logs);
    if (value === undefined || epoch < this.startFromEpoch) return;
    // The first are the best so far, also where they are NaN.
    if (this.restoreBestWeights && !this.#bestWeights) this.#remember(epoch);
    this.wait++;
    if (this.isBetter(value, this.best)) {
      this.best = value;
      this.#remember(epoch);
      if (this.isBetter(value, this.baseline)) this.wait = 0;
    } else if (this.wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }
  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.#verbose) printLine(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (!this.#bestWeights) return;
    if (this.#verbose) printLine(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    this.model.setWeights(this.#bestWeights);
    this.#forget();
  }

  /** Handles keep their numbers, whatever training does to the weights. */
  #remember(epoch: number): void {
    this.bestEpoch = epoch;
    if (!this.restoreBestWeights) return;
    this.#forget();
    this.#bestWeights = this.model.getWeights();
  }
  #forget(): void {
    dispose(this.#bestWeights);
    this.#bestWeights = undefined;
  }
}

/**
 * Ends training when a metric gets no better.
 * @example
 * callbacks.earlyStopping({ monitor: "val_accuracy", patience: 3 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const earlyStopping = (options?: EarlyStoppingOptions): EarlyStopping => new EarlyStopping(options);
