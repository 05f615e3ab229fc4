/** UnitNormalization: vectors brought to length 1. */
import { maximum, mul, rsqrt, square, sum, type Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis or axes along which a vector lies. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
}

/** Any shape, and the same shape. */
export class UnitNormalization extends Layer {
  readonly axis: number | readonly number[];

  constructor(options: UnitNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "UnitNormalization";
  }
  override call(x: Tensor): Tensor {
    return unitLength(x, this.axis, 1e-12);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["axis"]) };
  }
}

/**
 * x divided by its length, which counts as at least epsilon. The bound is put on the square, because a root's gradient is not
 * finite where all is 0.
 * @param axis along which it is measured; all axes when absent
 */
export const unitLength = (x: Tensor, axis?: number | readonly number[], epsilon = 1e-7): Tensor =>
  mul(x, rsqrt(maximum(sum(square(x), { axis, keepDims: true }), epsilon ** 2)));

/**
 * Vectors of length 1.
 * @example
 * layers.unitNormalization().apply(tensor([[3, 4]])); // [[0.6, 0.8]]
 */
/* @__NO_SIDE_EFFECTS__ */
export const unitNormalization = (options?: UnitNormalizationOptions): UnitNormalization => new UnitNormalization(options);
