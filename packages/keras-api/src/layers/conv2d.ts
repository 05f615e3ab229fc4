/** Conv2D: the same small filters slid over an image. */
import {
  add,
  cast,
  conv2d as convolve,
  isKnown,
  type Shape,
  ShapeError,
  type Tensor,
  ValueError,
  type Variable,
} from "@antler/tensor-core";
import type { Activation } from "../activations/activations.ts";
import { type ActivationLike, get as getActivation, nameOf } from "../activations/get.ts";
import { get as getInitializer, type InitializerLike } from "../initializers/get.ts";
import type { Initializer } from "../initializers/initializer.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { channelsLast, type DataFormat, dataFormatOf, oneOf, type Pair, pairOf } from "./images.ts";

export interface Conv2DOptions extends LayerOptions {
  /** How many filters, and so channels of the result. */
  readonly filters: number;
  readonly kernelSize: number | Pair;
  /** Default 1. */
  readonly strides?: number | Pair | undefined;
  /** "valid": none; "same": with strides 1 the result is as large as the input. Default "valid". */
  readonly padding?: "valid" | "same" | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | undefined;
  /** Distance between the elements a filter reads. Default 1. */
  readonly dilationRate?: number | Pair | undefined;
  /** Channels are cut into so many groups that do not mix. Default 1. */
  readonly groups?: number | undefined;
  /** Default none. */
  readonly activation?: ActivationLike | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
  /** Default "glorot_uniform". */
  readonly kernelInitializer?: InitializerLike | undefined;
  /** Default "zeros". */
  readonly biasInitializer?: InitializerLike | undefined;
}

/** A convolution (cross-correlation) of images: `[batch, height, width, in]` → `[batch, newHeight, newWidth, filters]`. */
export class Conv2D extends Layer {
  readonly filters: number;
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly padding: "valid" | "same";
  readonly dataFormat: DataFormat;
  readonly dilationRate: Pair;
  readonly groups: number;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  /** `[height, width, in / groups, filters]`. */
  kernel: Variable | undefined;
  /** `[filters]`; none without `useBias`. */
  bias: Variable | undefined;

  constructor(options: Conv2DOptions) {
    super(options);
    const { filters, groups = 1 } = options;
    if (!Number.isInteger(filters) || filters <= 0) throw new ValueError("Conv2D", `filters must be a positive integer, got ${filters}`);
    if (!Number.isInteger(groups) || groups <= 0 || filters % groups !== 0) {
      throw new ValueError("Conv2D", `groups must be a positive integer that divides the ${filters} filters, got ${groups}`);
    }
    this.filters = filters;
    this.groups = groups;
    this.kernelSize = pairOf("Conv2D", "kernelSize", options.kernelSize);
    this.strides = pairOf("Conv2D", "strides", options.strides ?? 1);
    this.padding = oneOf("Conv2D", "padding", options.padding ?? "valid", ["valid", "same"]);
    this.dataFormat = dataFormatOf("Conv2D", options.dataFormat ?? "channels_last");
    this.dilationRate = pairOf("Conv2D", "dilationRate", options.dilationRate ?? 1);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ValueError("Conv2D", "strides and dilationRate cannot both be above 1");
    }
    this.activation = getActivation(options.activation);
    this.useBias = options.useBias ?? true;
    this.kernelInitializer = getInitializer(options.kernelInitializer ?? "glorot_uniform");
    this.biasInitializer = getInitializer(options.biasInitializer ?? "zeros");
    this.kernel = undefined;
    this.bias = undefined;
    this.inputSpec = { rank: 4 };
  }
  override get className(): string {
    return "Conv2D";
  }

  override build(inputShape: Shape): void {
    const axis = this.dataFormat === "channels_last" ? -1 : 1;
    const channels = inputShape.at(axis);
    if (inputShape.length !== 4 || channels === undefined || !isKnown(channels)) {
      throw new ShapeError("Conv2D", "needs images [batch, height, width, channels] with a known number of channels", {
        got: [{ shape: inputShape }],
      });
    }
    if (channels % this.groups !== 0) throw new ShapeError("Conv2D", `${channels} channels cannot be cut into ${this.groups} groups`);
    const shape = [...this.kernelSize, channels / this.groups, this.filters];
    this.kernel = this.addWeight({ name: "kernel", shape, initializer: this.kernelInitializer });
    if (this.useBias) this.bias = this.addWeight({ name: "bias", shape: [this.filters], initializer: this.biasInitializer });
    this.inputSpec = { rank: 4, axes: { [axis]: channels } };
    super.build(inputShape);
  }
  override call(x: Tensor): Tensor {
    return channelsLast(cast(x, this.dtype), this.dataFormat, (images) => {
      const { strides, padding, dilationRate: dilations, groups } = this;
      const y = convolve(images, this.kernel!, { strides, padding, dilations, groups });
      return this.activation(this.bias ? add(y, this.bias) : y);
    });
  }
  override getConfig(): Config {
    return {
      ...this.baseConfig(),
      ...configOf(this, ["filters", "kernelSize", "strides", "padding", "dataFormat", "dilationRate", "groups"]),
      activation: nameOf(this.activation),
      ...configOf(this, ["useBias", "kernelInitializer", "biasInitializer"]),
      kernel_regularizer: null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    };
  }
}

/**
 * Filters slid over images.
 * @example
 * layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: "relu" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const conv2d = (options: Conv2DOptions): Conv2D => new Conv2D(options);
