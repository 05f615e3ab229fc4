/** What all convolutions are: kernels slid over sequences, images or volumes, then a bias and an activation. */
import { add, cast, isKnown, type Shape, ShapeError, type Tensor, ValueError, type Variable } from "@antler/tensor-core";
import type { Activation } from "../activations/activations.ts";
import { type ActivationLike, get as getActivation, nameOf } from "../activations/get.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf, serialize } from "../serialization/config.ts";
import { channelsLast, channelsOf, type DataFormat, dataFormatOf, oneOf, type Sizes, sizesOf } from "./images.ts";
import { type Rules, rulesConfig } from "./rules.ts";

/** "valid": none; "same": with strides 1 the result is as large as the input; "causal": a result sees no later steps. */
export type ConvolutionPadding = "valid" | "same" | "causal";

export interface ConvolutionOptions<S extends Sizes, P extends ConvolutionPadding = "valid" | "same"> extends LayerOptions {
  /** How large the window is that the kernel sees: one number, or one for each axis. */
  readonly kernelSize: number | S;
  /** From one window to the next. Default 1. */
  readonly strides?: number | S | undefined;
  /** Default "valid". */
  readonly padding?: P | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
  /** Distance between the elements a kernel reads. Default 1. */
  readonly dilationRate?: number | S | undefined;
  /** Default none. */
  readonly activation?: ActivationLike | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
}

interface Kind<S extends Sizes, P extends ConvolutionPadding, Name extends string> {
  /** 1 for sequences, 2 for images, 3 for volumes. */
  readonly axes: S["length"];
  readonly rules: Readonly<Record<Name | "bias", Rules>>;
  readonly paddings: readonly P[];
}

/** The base of convolutions. `Name` are the names of their kernels' rules. */
export abstract class Convolution<
  S extends Sizes,
  Name extends string = "kernel",
  P extends ConvolutionPadding = "valid" | "same",
> extends Layer {
  readonly kernelSize: S;
  readonly strides: S;
  readonly padding: P;
  readonly dataFormat: DataFormat;
  readonly dilationRate: S;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly rules: Readonly<Record<Name | "bias", Rules>>;
  /** One number for each channel of the result; none without `useBias`. */
  bias: Variable | undefined;

  constructor(options: ConvolutionOptions<S, P>, { axes, rules, paddings }: Kind<S, P, Name>) {
    super(options);
    this.kernelSize = sizesOf(this.className, "kernelSize", options.kernelSize, axes);
    this.strides = sizesOf(this.className, "strides", options.strides ?? 1, axes);
    this.padding = oneOf(this.className, "padding", options.padding ?? "valid", paddings);
    this.dataFormat = dataFormatOf(this.className, options.dataFormat);
    this.dilationRate = sizesOf(this.className, "dilationRate", options.dilationRate ?? 1, axes);
    this.activation = getActivation(options.activation);
    this.useBias = options.useBias ?? true;
    this.rules = rules;
    this.bias = undefined;
    this.inputSpec = { rank: axes + 2 };
  }

  /** Makes the kernels for so many channels. @returns how many channels the result has */
  protected abstract makeKernels(channels: number): number;
  /** Slides the kernels over channels-last input. */
  protected abstract convolve(x: Tensor): Tensor;

  override build(inputShape: Shape): void {
    const { className, dataFormat } = this;
    const rank = this.kernelSize.length + 2;
    const channels = channelsOf(inputShape, dataFormat);
    if (inputShape.length !== rank || channels === undefined || !isKnown(channels)) {
      throw new ShapeError(className, `needs an input of ${rank} axes with a known number of channels`, { got: [{ shape: inputShape }] });
    }
    const filters = this.makeKernels(channels);
    if (this.useBias) this.bias = this.addWeight({ name: "bias", shape: [filters], ...this.rules.bias });
    this.inputSpec = { rank, axes: { [dataFormat === "channels_last" ? -1 : 1]: channels } };
    super.build(inputShape);
  }
  override call(x: Tensor): Tensor {
    return channelsLast(cast(x, this.computeDtype), this.dataFormat, (t) => {
      const y = this.convolve(t);
      return this.activation(this.bias ? add(y, this.bias) : y);
    });
  }
  override getConfig(): Config {
    return {
      ...this.baseConfig(),
      ...configOf(this, ["kernelSize", "strides", "padding", "dataFormat", "dilationRate"]),
      activation: nameOf(this.activation),
      ...configOf(this, ["useBias"]),
      ...rulesConfig(this.rules),
      activity_regularizer: serialize(this.activityRegularizer),
    };
  }

  /** @throws ValueError where an option is no positive integer */
  protected positive(option: string, value: number): number {
    if (!Number.isInteger(value) || value <= 0) {
      throw new ValueError(this.className, `${option} must be a positive integer, got ${value}`);
    }
    return value;
  }
  /** @throws ValueError where windows both jump and have holes */
  protected checkStrides(): void {
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ValueError(this.className, "strides and dilationRate cannot both be above 1");
    }
  }
}
