/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: convolutions backwards, which make sequences, images and volumes larger. */
import {
  conv1dTranspose as spread1d,
  conv2dTranspose as spread2d,
  conv3dTranspose as spread3d,
  type Tensor,
  ValueError,
  type Variable,
} from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Convolution, type ConvolutionOptions } from "./convolution.ts";
import { type Pair, type Single, type Sizes, sizesOf, type Triple } from "./images.ts";
import { type RuleOptions, rulesOf } from "./rules.ts";

export interface ConvTransposeOptions<S extends Sizes> extends ConvolutionOptions<S>, RuleOptions<"kernel" | "bias"> {
  /** How many channels the result has. */
  readonly filters: number;
  /** What the result has beyond the least size, less than the strides. Default: `size · stride` for "same", else all that windows touch. */
  readonly outputPadding?: number | S | null | undefined;
}
export type Conv1DTransposeOptions = ConvTransposeOptions<Single>;
export type Conv2DTransposeOptions = ConvTransposeOptions<Pair>;
export type Conv3DTransposeOptions = ConvTransposeOptions<Triple>;

abstract class ConvTranspose<S extends Sizes> extends Convolution<S> {
  readonly filters: number;
  readonly outputPadding: S | null;
  /** `[...kernelSize, filters, in]`. */
  kernel: Variable | undefined;

  constructor(axes: S["length"], options: ConvTransposeOptions<S>) {
    super(options, { axes, paddings: ["valid", "same"], rules: rulesOf(options, { kernel: "glorot_uniform", bias: "zeros" }) });
    const { className, strides } = this;
    const { outputPadding = null } = options;
    this.filters = this.positive("filters", options.filters);
    this.outputPadding = outputPadding === null ? null : sizesOf(className, "outputPadding", outputPadding, axes, 0);
    if (this.outputPadding?.some((n, i) => n >= strides[i]!)) {
      throw new ValueError(className, `outputPadding [${this.outputPadding}] must be less than the strides [${strides}]`);
    }
    this.checkStrides();
    this.kernel = undefined;
  }

  protected override makeKernels(channels: number): number {
    this.kernel = this.addWeight({ name: "kernel", shape: [...this.kernelSize, this.filters, channels], ...this.rules.kernel });
    return this.filters;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this as ConvTranspose<S>, ["filters", "outputPadding"]) };
  }
}

/** The transpose of a convolution of sequences: `[batch, steps, in]` → `[batch, newSteps, filters]`. */
export class Conv1DTranspose extends ConvTranspose<Single> {
  constructor(options: Conv1DTransposeOptions) {
    super(1, options);
  }
  override get className(): string {
    return "Conv1DTranspose";
  }
  protected override convolve(x: Tensor): Tensor {
    const { padding } = this;
    const [[strides], [dilations], outputPadding] = [this.strides, this.dilationRate, this.outputPadding?.[0]];
    return spread1d(x, this.kernel!, { strides, padding, dilations, outputPadding });
  }
}

/** The transpose of a convolution of images: `[batch, height, width, in]` → `[batch, newHeight, newWidth, filters]`. */
export class Conv2DTranspose extends ConvTranspose<Pair> {
  constructor(options: Conv2DTransposeOptions) {
    super(2, options);
  }
  override get className(): string {
    return "Conv2DTranspose";
  }
  protected override convolve(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilations, outputPadding } = this;
    return spread2d(x, this.kernel!, { strides, padding, dilations, outputPadding: outputPadding ?? undefined });
  }
}

/** The transpose of a convolution of volumes: `[batch, depth, height, width, in]` → `[batch, …, filters]`. */
export class Conv3DTranspose extends ConvTranspose<Triple> {
  constructor(options: Conv3DTransposeOptions) {
    super(3, options);
  }
  override get className(): string {
    return "Conv3DTranspose";
  }
  protected override convolve(x: Tensor): Tensor {
    const { strides, padding, dilationRate: dilations, outputPadding } = this;
    return spread3d(x, this.kernel!, { strides, padding, dilations, outputPadding: outputPadding ?? undefined });
  }
}

/**
 * Each step of a sequence spread over a window.
 * @example
 * layers.conv1dTranspose({ filters: 4, kernelSize: 3, strides: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const conv1dTranspose = (options: Conv1DTransposeOptions): Conv1DTranspose => new Conv1DTranspose(options);
/**
 * Each pixel spread over a window, as decoders do.
 * @example
 * layers.conv2dTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: "same" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const conv2dTranspose = (options: Conv2DTransposeOptions): Conv2DTranspose => new Conv2DTranspose(options);
/**
 * Each place of a volume spread over a window.
 * @example
 * layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const conv3dTranspose = (options: Conv3DTransposeOptions): Conv3DTranspose => new Conv3DTranspose(options);
