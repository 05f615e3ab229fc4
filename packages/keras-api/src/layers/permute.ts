/** Permute: the axes behind the batch in another order. */
import { type Tensor, transpose, ValueError } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface PermuteOptions extends LayerOptions {
  /** Which axis of the input each axis of the result is, counted from 1. */
  readonly dims: readonly number[];
}

/** With dims `[2, 1]`: `[batch, a, b]` → `[batch, b, a]`. */
export class Permute extends Layer {
  readonly dims: readonly number[];

  constructor(options: PermuteOptions) {
    super(options);
    const { dims } = options;
    if ([...dims].sort((a, b) => a - b).some((d, i) => d !== i + 1)) {
      throw new ValueError("Permute", `dims must be the numbers from 1 to ${dims.length} in some order, got [${dims.join(", ")}]`);
    }
    this.dims = dims;
    this.inputSpec = { rank: dims.length + 1 };
    this.built = true;
  }
  override get className(): string {
    return "Permute";
  }
  override call(x: Tensor): Tensor {
    return transpose(x, [0, ...this.dims]);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["dims"]) };
  }
}

/**
 * The axes behind the batch in another order.
 * @example
 * layers.permute({ dims: [2, 1] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const permute = (options: PermuteOptions): Permute => new Permute(options);
