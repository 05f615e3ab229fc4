/** ActivityRegularization: a penalty for what passes. */
import type { Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { L1L2 } from "../regularizers/members.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface ActivityRegularizationOptions extends LayerOptions {
  /** The factor of the sum of absolute values. Default 0. */
  readonly l1?: number | undefined;
  /** The factor of the sum of squares. Default 0. */
  readonly l2?: number | undefined;
}

/** Gives its input, and adds `(l1 · Σ |x| + l2 · Σ x²) / batch` to the loss. */
export class ActivityRegularization extends Layer {
  readonly l1: number;
  readonly l2: number;

  constructor(options: ActivityRegularizationOptions = {}) {
    const { l1 = 0, l2 = 0 } = options;
    super({ ...options, activityRegularizer: new L1L2({ l1, l2 }) });
    this.l1 = l1;
    this.l2 = l2;
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "ActivityRegularization";
  }
  override call(x: Tensor): Tensor {
    return x;
  }
  override getConfig(): Config {
    const { activity_regularizer: _, ...base } = this.baseConfig();
    return { ...base, ...configOf(this, ["l1", "l2"]) };
  }
}

/**
 * A penalty for what passes.
 * @example
 * layers.activityRegularization({ l2: 0.01 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const activityRegularization = (options?: ActivityRegularizationOptions): ActivityRegularization =>
  new ActivityRegularization(options);
