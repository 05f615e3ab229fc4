/** SpatialDropout: whole channels are dropped, because neighbours in one tell the same. */
import type { Shape, Tensor } from "@antler/tensor-core";
import type { LayerOptions } from "../layer.ts";
import type { Config } from "../serialization/config.ts";
import { Dropout } from "./dropout.ts";
import { type DataFormat, dataFormatOf } from "./images.ts";

export interface SpatialDropoutOptions extends LayerOptions {
  /** The part of the channels that is dropped, 0 to 1. */
  readonly rate: number;
  readonly seed?: number | null | undefined;
}
export interface ImageDropoutOptions extends SpatialDropoutOptions {
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** The base (Tompson et al. 2015, https://arxiv.org/abs/1411.4280). */
abstract class SpatialDropout extends Dropout {
  readonly dataFormat: DataFormat;

  constructor(options: ImageDropoutOptions, rank: number) {
    const { rate, seed } = options;
    super({ ...options, rate, seed });
    this.dataFormat = dataFormatOf(this.className, options.dataFormat ?? "channels_last");
    this.inputSpec = { rank };
  }
  protected override noiseDims({ dims, rank }: Tensor): Shape {
    const channels = this.dataFormat === "channels_last" ? rank - 1 : 1;
    return dims.map((d, k) => (k === 0 || k === channels ? d : 1));
  }
  override getConfig(): Config {
    const { rate, seed, name, dtype, dataFormat } = this;
    return { rate, seed, name, dtype, data_format: dataFormat };
  }
}

/** For `[batch, steps, channels]`. */
export class SpatialDropout1D extends SpatialDropout {
  constructor(options: SpatialDropoutOptions) {
    super(options, 3);
  }
  override get className(): string {
    return "SpatialDropout1D";
  }
  override getConfig(): Config {
    const { data_format: _, ...config } = super.getConfig();
    return config;
  }
}
/** For images, `[batch, height, width, channels]`. */
export class SpatialDropout2D extends SpatialDropout {
  constructor(options: ImageDropoutOptions) {
    super(options, 4);
  }
  override get className(): string {
    return "SpatialDropout2D";
  }
}
/** For volumes, `[batch, depth, height, width, channels]`. */
export class SpatialDropout3D extends SpatialDropout {
  constructor(options: ImageDropoutOptions) {
    super(options, 5);
  }
  override get className(): string {
    return "SpatialDropout3D";
  }
}

/** Drops whole channels of sequences while training. @example layers.spatialDropout1d({ rate: 0.2 }) */
/* @__NO_SIDE_EFFECTS__ */
export const spatialDropout1d = (options: SpatialDropoutOptions): SpatialDropout1D => new SpatialDropout1D(options);
/** Drops whole channels of images while training. @example layers.spatialDropout2d({ rate: 0.2 }) */
/* @__NO_SIDE_EFFECTS__ */
export const spatialDropout2d = (options: ImageDropoutOptions): SpatialDropout2D => new SpatialDropout2D(options);
/** Drops whole channels of volumes while training. @example layers.spatialDropout3d({ rate: 0.2 }) */
/* @__NO_SIDE_EFFECTS__ */
export const spatialDropout3d = (options: ImageDropoutOptions): SpatialDropout3D => new SpatialDropout3D(options);
