/** LayerNormalization: mean 0 and variance 1 for every example, along some axes. */
import { add, cast, moments, mul, normalizeAxes, reshape, rsqrt, type Shape, type Tensor, variance } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Normalization, type NormalizationOptions, sizeAlong, widened } from "./normalization.ts";

export interface LayerNormalizationOptions extends NormalizationOptions {
  /** The axis or axes along which an example is normalised. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
  /** Deprecated: only divides by the standard deviation. For the root mean square there is `RMSNormalization`. Default false. */
  readonly rmsScaling?: boolean | undefined;
}

/** Ba, Kiros and Hinton 2016, https://arxiv.org/abs/1607.06450. Gamma and beta have the sizes of the normalised axes. */
export class LayerNormalization extends Normalization {
  /** A list once the layer is built, as Keras's configs have it. */
  axis: number | readonly number[];
  readonly rmsScaling: boolean;

  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.rmsScaling = options.rmsScaling ?? false;
    this.autocast = false;
  }
  override get className(): string {
    return "LayerNormalization";
  }
  override build(inputShape: Shape): void {
    const axes = sortedAxes(this.axis);
    this.axis = axes;
    const shape = axes.map((axis) => sizeAlong("LayerNormalization", inputShape, axis));
    this.addAffine(shape, this.rmsScaling ? { scale: true, center: false } : this);
    super.build(inputShape);
  }
  override call(inputs: Tensor): Tensor {
    const x = widened(inputs);
    const axis = normalizeAxes("LayerNormalization", this.axis, x.rank);
    const along = (v: Tensor | undefined): Tensor | undefined => v && alongAxes(cast(v, x.dtype), x, axis);
    const [gamma, beta] = [along(this.gamma?.value), along(this.beta?.value)];
    if (this.rmsScaling) {
      const root = rsqrt(add(variance(x, { axis, keepDims: true }), this.epsilon));
      return cast(mul(mul(x, root), gamma!), this.computeDtype);
    }
    return cast(this.normalized(x, { ...moments(x, { axis, keepDims: true }), gamma, beta }), this.computeDtype);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["axis", "rmsScaling"]) };
  }
}

/** Axes in ascending order, as weights lie along them. */
export const sortedAxes = (axis: number | readonly number[]): readonly number[] => [axis].flat().sort((a, b) => a - b);

/** A weight with the sizes of some axes of x, shaped so that it broadcasts to x. */
export const alongAxes = (v: Tensor, x: Tensor, axes: readonly number[]): Tensor =>
  reshape(
    v,
    x.dims.map((d, k) => (axes.includes(k) ? d : 1)),
  );

/**
 * Mean 0 and variance 1 for every example.
 * @example
 * layers.layerNormalization({ axis: [1, 2] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const layerNormalization = (options?: LayerNormalizationOptions): LayerNormalization => new LayerNormalization(options);
