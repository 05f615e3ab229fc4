/** Masking: steps of a sequence that hold nothing but one value are padding. */
import { any, expandDims, notEqual, type Tensor, where } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface MaskingOptions extends LayerOptions {
  /** Default 0. */
  readonly maskValue?: number | undefined;
}

/** `[..., features]` → the same with zeros for padding; it carries a mask `[...]` that is false there. */
export class Masking extends Layer {
  readonly maskValue: number;

  constructor(options: MaskingOptions = {}) {
    super(options);
    this.maskValue = options.maskValue ?? 0;
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "Masking";
  }
  override call(x: Tensor): Tensor {
    return where(expandDims(this.computeMask(x), -1), x, 0);
  }
  override computeMask(inputs: Tensor): Tensor {
    return any(notEqual(inputs, this.maskValue), { axis: -1 });
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["maskValue"]) };
  }
}

/**
 * Marks padding.
 * @example
 * layers.masking({ maskValue: -1 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const masking = (options?: MaskingOptions): Masking => new Masking(options);
