/** Global pooling: one value for each channel, from all steps of a sequence, all pixels of an image, or all places of a volume. */
import { cast, div, expandDims, max, mean, type ReduceOptions, sum, type Tensor, where } from "@antler/tensor-core";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { type DataFormat, dataFormatOf, spatialAxes } from "./images.ts";

export interface GlobalPoolingOptions extends LayerOptions {
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
  /** Whether the pooled axes stay, with size 1. Default false. */
  readonly keepdims?: boolean | undefined;
}

abstract class GlobalPooling extends Layer {
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;
  readonly #axes: 1 | 2 | 3;

  constructor(axes: 1 | 2 | 3, options: GlobalPoolingOptions = {}) {
    super(options);
    this.dataFormat = dataFormatOf(this.className, options.dataFormat);
    this.keepdims = options.keepdims ?? false;
    this.#axes = axes;
    this.inputSpec = { rank: axes + 2 };
    this.built = true;
  }

  /** What is pooled, as reductions take it. */
  protected get over(): ReduceOptions {
    return { axis: spatialAxes(this.dataFormat, this.#axes), keepDims: this.keepdims };
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this as GlobalPooling, ["dataFormat", "keepdims"]) };
  }
}

/** `[batch, steps, channels]` → `[batch, channels]`; where a mask tells which steps count, the mean of those. */
export class GlobalAveragePooling1D extends GlobalPooling {
  constructor(options?: GlobalPoolingOptions) {
    super(1, options);
    this.supportsMasking = true;
  }
  override get className(): string {
    return "GlobalAveragePooling1D";
  }
  override call(x: Tensor, { mask }: CallContext): Tensor {
    if (!mask) return mean(x, this.over);
    const counts = cast(expandDims(mask, this.dataFormat === "channels_last" ? 2 : 1), "bool");
    return div(sum(where(counts, x, 0), this.over), sum(cast(counts, x.dtype), this.over));
  }
  override computeMask(): null {
    return null;
  }
}
/** `[batch, height, width, channels]` → `[batch, channels]`. */
export class GlobalAveragePooling2D extends GlobalPooling {
  constructor(options?: GlobalPoolingOptions) {
    super(2, options);
  }
  override get className(): string {
    return "GlobalAveragePooling2D";
  }
  override call(x: Tensor): Tensor {
    return mean(x, this.over);
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, channels]`. */
export class GlobalAveragePooling3D extends GlobalPooling {
  constructor(options?: GlobalPoolingOptions) {
    super(3, options);
  }
  override get className(): string {
    return "GlobalAveragePooling3D";
  }
  override call(x: Tensor): Tensor {
    return mean(x, this.over);
  }
}

/** `[batch, steps, channels]` → `[batch, channels]`. */
export class GlobalMaxPooling1D extends GlobalPooling {
  constructor(options?: GlobalPoolingOptions) {
    super(1, options);
  }
  override get className(): string {
    return "GlobalMaxPooling1D";
  }
  override call(x: Tensor): Tensor {
    return max(x, this.over);
  }
}

/** `[batch, height, width, channels]` → `[batch, channels]`. */
export class GlobalMaxPooling2D extends GlobalPooling {
  constructor(options?: GlobalPoolingOptions) {
    super(2, options);
  }
  override get className(): string {
    return "GlobalMaxPooling2D";
  }
  override call(x: Tensor): Tensor {
    return max(x, this.over);
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, channels]`. */
export class GlobalMaxPooling3D extends GlobalPooling {
  constructor(options?: GlobalPoolingOptions) {
    super(3, options);
  }
  override get className(): string {
    return "GlobalMaxPooling3D";
  }
  override call(x: Tensor): Tensor {
    return max(x, this.over);
  }
}

/** The mean of all steps of a sequence, channel by channel. @example layers.globalAveragePooling1d() */
/* @__NO_SIDE_EFFECTS__ */
export const globalAveragePooling1d = (options?: GlobalPoolingOptions): GlobalAveragePooling1D => new GlobalAveragePooling1D(options);
/** The mean of all pixels of an image, channel by channel. @example layers.globalAveragePooling2d() */
/* @__NO_SIDE_EFFECTS__ */
export const globalAveragePooling2d = (options?: GlobalPoolingOptions): GlobalAveragePooling2D => new GlobalAveragePooling2D(options);
/** The mean of all places of a volume, channel by channel. @example layers.globalAveragePooling3d() */
/* @__NO_SIDE_EFFECTS__ */
export const globalAveragePooling3d = (options?: GlobalPoolingOptions): GlobalAveragePooling3D => new GlobalAveragePooling3D(options);
/** The largest of all steps of a sequence, channel by channel. @example layers.globalMaxPooling1d() */
/* @__NO_SIDE_EFFECTS__ */
export const globalMaxPooling1d = (options?: GlobalPoolingOptions): GlobalMaxPooling1D => new GlobalMaxPooling1D(options);
/** The largest of all pixels of an image, channel by channel. @example layers.globalMaxPooling2d() */
/* @__NO_SIDE_EFFECTS__ */
export const globalMaxPooling2d = (options?: GlobalPoolingOptions): GlobalMaxPooling2D => new GlobalMaxPooling2D(options);
/** The largest of all places of a volume, channel by channel. @example layers.globalMaxPooling3d() */
/* @__NO_SIDE_EFFECTS__ */
export const globalMaxPooling3d = (options?: GlobalPoolingOptions): GlobalMaxPooling3D => new GlobalMaxPooling3D(options);
