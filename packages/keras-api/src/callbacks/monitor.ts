/** The base of callbacks that watch one of the logs for the best value so far. */
import { ValueError } from "@antler/tensor-core";
import { warnOnce } from "../host.ts";
import { Callback, type Logs } from "./callback.ts";

export interface MonitorOptions {
  /** Which of the logs. Default "val_loss". */
  readonly monitor?: string | undefined;
  /** Whether less is better or more. Default "auto": what the metric says of itself. */
  readonly mode?: "auto" | "min" | "max" | undefined;
  /** A change by less than this is none. */
  readonly minDelta?: number | undefined;
}

export abstract class MonitorCallback extends Callback {
  readonly monitor: string;
  readonly mode: "auto" | "min" | "max";
  readonly minDelta: number;
  /** The best value so far; null before the first. */
  best: number | null;

  constructor({ monitor = "val_loss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    super();
    if (!["auto", "min", "max"].includes(mode)) throw new ValueError("callbacks", `mode must be "auto", "min" or "max", got "${mode}"`);
    this.monitor = monitor;
    this.mode = mode;
    this.minDelta = Math.abs(minDelta);
    this.best = null;
  }

  /** The watched value; undefined, with a warning, where the logs have none. */
  protected watched(logs: Logs): number | undefined {
    const value = logs[this.monitor];
    if (value === undefined) {
      warnOnce(`${this.constructor.name} watches "${this.monitor}", which is not among the logs: ${Object.keys(logs).join(", ")}.`);
    }
    return value;
  }
  /** @throws ValueError where the mode is "auto" and the metric does not say whether more of it is better */
  protected isBetter(value: number, than: number | null): boolean {
    if (than === null) return true;
    return this.#wantsMore() ? value - this.minDelta > than : value + this.minDelta < than;
  }
  #wantsMore(): boolean {
    if (this.mode !== "auto") return this.mode === "max";
    const name = this.monitor.replace(/^val_/, "");
    const metric = [...this.model.namedMetrics].find(([, logged]) => logged === name)?.[0];
    const direction = name === "loss" || name.endsWith("_loss") ? "down" : metric?.direction;
    if (direction) return direction === "up";
    throw new ValueError(this.constructor.name, `nobody knows whether more of "${this.monitor}" is better or less`, {
      hint: 'Give mode: "max" or mode: "min".',
    });
  }
}
