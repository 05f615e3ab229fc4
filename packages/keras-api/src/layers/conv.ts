/** Conv1D, Conv2D, Conv3D: the same small filters slid over sequences, images or volumes. */
import {
  conv1d as convolve1d,
  conv2d as convolve2d,
  conv3d as convolve3d,
  ShapeError,
  type Tensor,
  ValueError,
  type Variable,
} from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Convolution, type ConvolutionOptions, type ConvolutionPadding } from "./convolution.ts";
import type { Pair, Single, Sizes, Triple } from "./images.ts";
import { type RuleOptions, rulesOf } from "./rules.ts";

export interface ConvOptions<S extends Sizes, P extends ConvolutionPadding = "valid" | "same">
  extends ConvolutionOptions<S, P>,
    RuleOptions<"kernel" | "bias"> {
  /** How many filters, and so channels of the result. */
  readonly filters: number;
  /** Channels are cut into so many groups that do not mix. Default 1. */
  readonly groups?: number | undefined;
}
export type Conv1DOptions = ConvOptions<Single, ConvolutionPadding>;
export type Conv2DOptions = ConvOptions<Pair>;
export type Conv3DOptions = ConvOptions<Triple>;

abstract class Conv<S extends Sizes, P extends ConvolutionPadding = "valid" | "same"> extends Convolution<S, "kernel", P> {
  readonly filters: number;
  readonly groups: number;
  /** `[...kernelSize, in / groups, filters]`. */
  kernel: Variable | undefined;

  constructor(axes: S["length"], options: ConvOptions<S, P>, paddings: readonly P[]) {
    super(options, { axes, paddings, rules: rulesOf(options, { kernel: "glorot_uniform", bias: "zeros" }) });
    this.filters = this.positive("filters", options.filters);
    this.groups = this.positive("groups", options.groups ?? 1);
    if (this.filters % this.groups !== 0) {
      throw new ValueError(this.className, `${this.filters} filters cannot be cut into ${this.groups} groups`);
    }
    this.checkStrides();
    this.kernel = undefined;
  }

  protected override makeKernels(channels: number): number {
    const { filters, groups } = this;
    if (channels % groups !== 0) throw new ShapeError(this.className, `${channels} channels cannot be cut into ${groups} groups`);
    this.kernel = this.addWeight({ name: "kernel", shape: [...this.kernelSize, channels / groups, filters], ...this.rules.kernel });
    return filters;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this as Conv<S, P>, ["filters", "groups"]) };
  }
}

/** A convolution (cross-correlation) of sequences: `[batch, steps, in]` → `[batch, newSteps, filters]`. */
export class Conv1D extends Conv<Single, ConvolutionPadding> {
  constructor(options: Conv1DOptions) {
    super(1, options, ["valid", "same", "causal"]);
  }
  override get className(): string {
    return "Conv1D";
  }
  protected override convolve(x: Tensor): Tensor {
    const [[size], [strides], [dilations]] = [this.kernelSize, this.strides, this.dilationRate];
    const padding = this.padding === "causal" ? ([(size - 1) * dilations, 0] as const) : this.padding;
    return convolve1d(x, this.kernel!, { strides, padding, dilations, groups: this.groups });
  }
}

/** A convolution (cross-correlation) of images: `[batch, height, width, in]` → `[batch, newHeight, newWidth, filters]`. */
export class Conv2D extends Conv<Pair> {
  constructor(options: Conv2DOptions) {
    super(2, options, ["valid", "same"]);
  }
  override get className(): string {
    return "Conv2D";
  }
  protected override convolve(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilations, groups } = this;
    return convolve2d(x, this.kernel!, { strides, padding, dilations, groups });
  }
}

/** A convolution (cross-correlation) of volumes: `[batch, depth, height, width, in]` → `[batch, …, filters]`. */
export class Conv3D extends Conv<Triple> {
  constructor(options: Conv3DOptions) {
    super(3, options, ["valid", "same"]);
  }
  override get className(): string {
    return "Conv3D";
  }
  protected override convolve(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilations, groups } = this;
    return convolve3d(x, this.kernel!, { strides, padding, dilations, groups });
  }
}

/**
 * Filters slid over sequences.
 * @example
 * layers.conv1d({ filters: 8, kernelSize: 3, padding: "causal" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const conv1d = (options: Conv1DOptions): Conv1D => new Conv1D(options);
/**
 * Filters slid over images.
 * @example
 * layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const conv2d = (options: Conv2DOptions): Conv2D => new Conv2D(options);
/**
 * Filters slid over volumes.
 * @example
 * layers.conv3d({ filters: 4, kernelSize: 3 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const conv3d = (options: Conv3DOptions): Conv3D => new Conv3D(options);
