/** SeparableConv1D, SeparableConv2D: each channel convolved by itself, and then the channels mixed. */
import { separableConv1d as convolve1d, separableConv2d as convolve2d, type Tensor, type Variable } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Convolution, type ConvolutionOptions } from "./convolution.ts";
import type { Pair, Single, Sizes } from "./images.ts";
import { type RuleOptions, rulesOf } from "./rules.ts";

export interface SeparableConvOptions<S extends Sizes> extends ConvolutionOptions<S>, RuleOptions<"depthwise" | "pointwise" | "bias"> {
  /** How many channels the result has. */
  readonly filters: number;
  /** How many filters each channel has in the first step. Default 1. */
  readonly depthMultiplier?: number | undefined;
}
export type SeparableConv1DOptions = SeparableConvOptions<Single>;
export type SeparableConv2DOptions = SeparableConvOptions<Pair>;

abstract class SeparableConv<S extends Sizes> extends Convolution<S, "depthwise" | "pointwise"> {
  readonly filters: number;
  readonly depthMultiplier: number;
  /** `[...kernelSize, in, depthMultiplier]`. */
  depthwiseKernel: Variable | undefined;
  /** `[1…, in · depthMultiplier, filters]`. */
  pointwiseKernel: Variable | undefined;

  constructor(axes: S["length"], options: SeparableConvOptions<S>) {
    const initializers = { depthwise: "glorot_uniform", pointwise: "glorot_uniform", bias: "zeros" };
    super(options, { axes, paddings: ["valid", "same"], rules: rulesOf(options, initializers) });
    this.filters = this.positive("filters", options.filters);
    this.depthMultiplier = this.positive("depthMultiplier", options.depthMultiplier ?? 1);
    this.depthwiseKernel = undefined;
    this.pointwiseKernel = undefined;
  }

  protected override makeKernels(channels: number): number {
    const { kernelSize, depthMultiplier, filters, rules } = this;
    const depthwise = [...kernelSize, channels, depthMultiplier];
    const pointwise = [...kernelSize.map(() => 1), channels * depthMultiplier, filters];
    this.depthwiseKernel = this.addWeight({ name: "depthwise_kernel", shape: depthwise, ...rules.depthwise });
    this.pointwiseKernel = this.addWeight({ name: "pointwise_kernel", shape: pointwise, ...rules.pointwise });
    return filters;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this as SeparableConv<S>, ["filters", "depthMultiplier"]) };
  }
}

/** `[batch, steps, in]` → `[batch, newSteps, filters]`. */
export class SeparableConv1D extends SeparableConv<Single> {
  constructor(options: SeparableConv1DOptions) {
    super(1, options);
  }
  override get className(): string {
    return "SeparableConv1D";
  }
  protected override convolve(x: Tensor): Tensor {
    const [[strides], [dilations]] = [this.strides, this.dilationRate];
    return convolve1d(x, this.depthwiseKernel!, this.pointwiseKernel!, { strides, padding: this.padding, dilations });
  }
}

/** `[batch, height, width, in]` → `[batch, newHeight, newWidth, filters]`. */
export class SeparableConv2D extends SeparableConv<Pair> {
  constructor(options: SeparableConv2DOptions) {
    super(2, options);
  }
  override get className(): string {
    return "SeparableConv2D";
  }
  protected override convolve(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilations } = this;
    return convolve2d(x, this.depthwiseKernel!, this.pointwiseKernel!, { strides, padding, dilations });
  }
}

/**
 * Channels of sequences convolved one by one, then mixed.
 * @example
 * layers.separableConv1d({ filters: 8, kernelSize: 3 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const separableConv1d = (options: SeparableConv1DOptions): SeparableConv1D => new SeparableConv1D(options);
/**
 * Channels of images convolved one by one, then mixed: far fewer weights than `conv2d`.
 * @example
 * layers.separableConv2d({ filters: 32, kernelSize: 3, padding: "same" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const separableConv2d = (options: SeparableConv2DOptions): SeparableConv2D => new SeparableConv2D(options);
