/** History: the losses and metrics of all epochs. */
import { Callback, type Logs } from "./callback.ts";

/**
 * What `fit` returns.
 * @example
 * const { history } = await model.fit(x, y, { epochs: 2 });
 * history["loss"]; // two numbers
 */
export class History extends Callback {
  /** For each name one number an epoch. */
  readonly history: Record<string, number[]> = {};
  /** The numbers of the epochs, from 0. */
  readonly epoch: number[] = [];

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}
