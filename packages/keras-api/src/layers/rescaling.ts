/** Rescaling: every number times a scale, plus an offset. */
import { add, cast, mul, type Tensor, type TensorLike, tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface RescalingOptions extends LayerOptions {
  /** One number, or one for each channel. */
  readonly scale: number | readonly number[];
  /** One number, or one for each channel. Default 0. */
  readonly offset?: number | readonly number[] | undefined;
}

/** `x · scale + offset`: any shape, and the same shape; integers become floats. */
export class Rescaling extends Layer {
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];

  constructor(options: RescalingOptions) {
    super(options);
    this.scale = options.scale;
    this.offset = options.offset ?? 0;
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "Rescaling";
  }
  override call(x: Tensor): Tensor {
    const operand = (v: number | readonly number[]): TensorLike => (typeof v === "number" ? v : tensor(v, undefined, this.computeDtype));
    return add(mul(cast(x, this.computeDtype), operand(this.scale)), operand(this.offset));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["scale", "offset"]) };
  }
}

/**
 * Every number times a scale, plus an offset: pixels from 0 to 255 as numbers from -1 to 1.
 * @example
 * layers.rescaling({ scale: 1 / 127.5, offset: -1 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const rescaling = (options: RescalingOptions): Rescaling => new Rescaling(options);
