/** MaxPooling2D: the largest value of each window of an image. */
import { maxPool, type Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { channelsLast, type DataFormat, dataFormatOf, oneOf, type Pair, pairOf } from "./images.ts";

export interface MaxPooling2DOptions extends LayerOptions {
  /** Default 2. */
  readonly poolSize?: number | Pair | undefined;
  /** Default: the pool's size. */
  readonly strides?: number | Pair | null | undefined;
  /** Default "valid". */
  readonly padding?: "valid" | "same" | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | undefined;
}

/** `[batch, height, width, channels]` → `[batch, newHeight, newWidth, channels]`. */
export class MaxPooling2D extends Layer {
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: "valid" | "same";
  readonly dataFormat: DataFormat;

  constructor(options: MaxPooling2DOptions = {}) {
    super(options);
    this.poolSize = pairOf("MaxPooling2D", "poolSize", options.poolSize ?? 2);
    this.strides = pairOf("MaxPooling2D", "strides", options.strides ?? this.poolSize);
    this.padding = oneOf("MaxPooling2D", "padding", options.padding ?? "valid", ["valid", "same"]);
    this.dataFormat = dataFormatOf("MaxPooling2D", options.dataFormat ?? "channels_last");
    this.inputSpec = { rank: 4 };
    this.built = true;
  }
  override get className(): string {
    return "MaxPooling2D";
  }
  override call(x: Tensor): Tensor {
    return channelsLast(x, this.dataFormat, (images) => maxPool(images, this.poolSize, { strides: this.strides, padding: this.padding }));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["poolSize", "padding", "strides", "dataFormat"]) };
  }
}

/**
 * The largest value of each window.
 * @example
 * layers.maxPooling2d({ poolSize: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const maxPooling2d = (options?: MaxPooling2DOptions): MaxPooling2D => new MaxPooling2D(options);
