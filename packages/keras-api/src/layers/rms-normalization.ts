/** RMSNormalization: every example divided by the root of its mean square. */
import { add, cast, mean, mul, normalizeAxes, rsqrt, type Shape, square, type Tensor, type Variable } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { alongAxes, sortedAxes } from "./layer-normalization.ts";
import { sizeAlong, widened } from "./normalization.ts";

export interface RMSNormalizationOptions extends LayerOptions {
  /** The axis or axes along which squares are averaged. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
  /** Added to the mean square, so that nothing is divided by 0. Default 1e-6. */
  readonly epsilon?: number | undefined;
}

/** Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467: no mean is taken away, and nothing is added. */
export class RMSNormalization extends Layer {
  /** A list once the layer is built, as Keras's configs have it. */
  axis: number | readonly number[];
  readonly epsilon: number;
  /** The factors, with the sizes of the normalised axes. */
  scale: Variable | undefined;

  constructor(options: RMSNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.epsilon = options.epsilon ?? 1e-6;
    this.scale = undefined;
  }
  override get className(): string {
    return "RMSNormalization";
  }
  override build(inputShape: Shape): void {
    const axes = sortedAxes(this.axis);
    this.axis = axes;
    const shape = axes.map((axis) => sizeAlong("RMSNormalization", inputShape, axis));
    this.scale = this.addWeight({ name: "scale", shape, initializer: "ones" });
    super.build(inputShape);
  }
  override call(inputs: Tensor): Tensor {
    const x = widened(inputs);
    const axis = normalizeAxes("RMSNormalization", this.axis, x.rank);
    const root = rsqrt(add(mean(square(x), { axis, keepDims: true }), this.epsilon));
    return cast(mul(mul(x, root), alongAxes(cast(this.scale!.value, x.dtype), x, axis)), inputs.dtype);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["axis", "epsilon"]) };
  }
}

/**
 * Every example divided by the root of its mean square.
 * @example
 * layers.rmsNormalization();
 */
/* @__NO_SIDE_EFFECTS__ */
export const rmsNormalization = (options?: RMSNormalizationOptions): RMSNormalization => new RMSNormalization(options);
