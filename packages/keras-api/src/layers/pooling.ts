/** What pooling layers are: one value for each window of sequences, images or volumes. */
import type { Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { channelsLast, type DataFormat, dataFormatOf, oneOf, type Sizes, sizesOf } from "./images.ts";

export interface PoolingOptions<S extends Sizes> extends LayerOptions {
  /** How large a window is. Default 2. */
  readonly poolSize?: number | S | undefined;
  /** From one window to the next. Default: the pool's size. */
  readonly strides?: number | S | null | undefined;
  /** "valid": windows lie inside; "same": with strides 1 the result is as large as the input. Default "valid". */
  readonly padding?: "valid" | "same" | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** The base of layers that pool windows; what lies beyond the edge does not count. */
export abstract class Pooling<S extends Sizes> extends Layer {
  readonly poolSize: S;
  readonly strides: S;
  readonly padding: "valid" | "same";
  readonly dataFormat: DataFormat;

  /** @param axes 1 for sequences, 2 for images, 3 for volumes */
  constructor(axes: S["length"], options: PoolingOptions<S>) {
    super(options);
    this.poolSize = sizesOf(this.className, "poolSize", options.poolSize ?? 2, axes);
    this.strides = sizesOf(this.className, "strides", options.strides ?? this.poolSize, axes);
    this.padding = oneOf(this.className, "padding", options.padding ?? "valid", ["valid", "same"]);
    this.dataFormat = dataFormatOf(this.className, options.dataFormat);
    this.inputSpec = { rank: axes + 2 };
    this.built = true;
  }

  /** Pools channels-last input. */
  protected abstract pool(x: Tensor): Tensor;

  override call(x: Tensor): Tensor {
    return channelsLast(x, this.dataFormat, (t) => this.pool(t));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this as Pooling<S>, ["poolSize", "padding", "strides", "dataFormat"]) };
  }
}
