/** AdamW: Adam that also takes a part of each weight away (Loshchilov and Hutter 2017). */
import { ValueError } from "@antler/tensor-core";
import { Adam, type AdamOptions } from "./adam.ts";

export interface AdamWOptions extends AdamOptions {
  /** Default 0.004. */
  readonly weightDecay?: number | undefined;
}

/** `w ← w − rate · decay · w`, then Adam's step. */
export class AdamW extends Adam {
  constructor(options: AdamWOptions = {}) {
    super({ ...options, weightDecay: options.weightDecay === undefined ? 0.004 : options.weightDecay });
    if (typeof this.weightDecay !== "number") throw new ValueError("AdamW", `weightDecay must be a number, got ${this.weightDecay}`);
  }
  override get className(): string {
    return "AdamW";
  }
}

/**
 * Adam with decoupled weight decay.
 * @example
 * optimizers.adamW({ learningRate: 0.001, weightDecay: 0.01 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const adamW = (options?: AdamWOptions): AdamW => new AdamW(options);
