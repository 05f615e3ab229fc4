/** Concatenate: tensors joined along an axis. */
import { any, broadcastTo, concat, expandDims, ones, type Tensor } from "@antler/tensor-core";
import type { LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { Merge } from "./merge.ts";

export interface ConcatenateOptions extends LayerOptions {
  /** Default −1. */
  readonly axis?: number | undefined;
}

/** A list of tensors that differ in size only along the axis. */
export class Concatenate extends Merge {
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }
  override get className(): string {
    return "Concatenate";
  }
  override call(inputs: readonly Tensor[]): Tensor {
    return concat(inputs, this.axis);
  }
  override computeMask(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor | null {
    if (masks.every((m) => m === null)) return null;
    const full = inputs.map(({ rank, dims }, i) => {
      const mask = masks[i];
      if (!mask) return ones(dims, "bool");
      return mask.rank < rank ? broadcastTo(expandDims(mask, -1), dims) : mask;
    });
    return any(concat(full, this.axis), { axis: -1 });
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["axis"]) };
  }
}

/**
 * Tensors joined along an axis. Keras's function of this name is `layers.concatenate().apply([a, b])`.
 * @example
 * layers.concatenate().apply([tensor([[1, 2]]), tensor([[3]])]); // [[1, 2, 3]]
 */
/* @__NO_SIDE_EFFECTS__ */
export const concatenate = (options?: ConcatenateOptions): Concatenate => new Concatenate(options);
