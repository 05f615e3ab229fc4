/** DepthwiseConv1D, DepthwiseConv2D: each channel is convolved by filters of its own. */
import { depthwiseConv1d as convolve1d, depthwiseConv2d as convolve2d, type Tensor, type Variable } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Convolution, type ConvolutionOptions } from "./convolution.ts";
import type { Pair, Single, Sizes } from "./images.ts";
import { type RuleOptions, rulesOf } from "./rules.ts";

export interface DepthwiseConvOptions<S extends Sizes> extends ConvolutionOptions<S>, RuleOptions<"depthwise" | "bias"> {
  /** How many filters each channel has. Default 1. */
  readonly depthMultiplier?: number | undefined;
}
export type DepthwiseConv1DOptions = DepthwiseConvOptions<Single>;
export type DepthwiseConv2DOptions = DepthwiseConvOptions<Pair>;

abstract class DepthwiseConv<S extends Sizes> extends Convolution<S, "depthwise"> {
  readonly depthMultiplier: number;
  /** `[...kernelSize, in, depthMultiplier]`. */
  kernel: Variable | undefined;

  constructor(axes: S["length"], options: DepthwiseConvOptions<S>) {
    super(options, { axes, paddings: ["valid", "same"], rules: rulesOf(options, { depthwise: "glorot_uniform", bias: "zeros" }) });
    this.depthMultiplier = this.positive("depthMultiplier", options.depthMultiplier ?? 1);
    this.kernel = undefined;
  }

  protected override makeKernels(channels: number): number {
    this.kernel = this.addWeight({ name: "kernel", shape: [...this.kernelSize, channels, this.depthMultiplier], ...this.rules.depthwise });
    return channels * this.depthMultiplier;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this as DepthwiseConv<S>, ["depthMultiplier"]) };
  }
}

/** `[batch, steps, in]` → `[batch, newSteps, in · depthMultiplier]`. */
export class DepthwiseConv1D extends DepthwiseConv<Single> {
  constructor(options: DepthwiseConv1DOptions) {
    super(1, options);
  }
  override get className(): string {
    return "DepthwiseConv1D";
  }
  protected override convolve(x: Tensor): Tensor {
    const [[strides], [dilations]] = [this.strides, this.dilationRate];
    return convolve1d(x, this.kernel!, { strides, padding: this.padding, dilations });
  }
}

/** `[batch, height, width, in]` → `[batch, newHeight, newWidth, in · depthMultiplier]`. */
export class DepthwiseConv2D extends DepthwiseConv<Pair> {
  constructor(options: DepthwiseConv2DOptions) {
    super(2, options);
  }
  override get className(): string {
    return "DepthwiseConv2D";
  }
  protected override convolve(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilations } = this;
    return convolve2d(x, this.kernel!, { strides, padding, dilations });
  }
}

/**
 * Each channel of sequences convolved by itself.
 * @example
 * layers.depthwiseConv1d({ kernelSize: 3, depthMultiplier: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const depthwiseConv1d = (options: DepthwiseConv1DOptions): DepthwiseConv1D => new DepthwiseConv1D(options);
/**
 * Each channel of images convolved by itself.
 * @example
 * layers.depthwiseConv2d({ kernelSize: 3, padding: "same" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const depthwiseConv2d = (options: DepthwiseConv2DOptions): DepthwiseConv2D => new DepthwiseConv2D(options);
