/** CenterCrop: the middle of images. */
import { cast, type Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { cropped, croppedToAspect, imageSize, onImages } from "./aspect.ts";
import { type DataFormat, dataFormatOf, type Pair, sizesOf } from "./images.ts";
import { resized } from "./interpolation.ts";

export interface CenterCropOptions extends LayerOptions {
  readonly height: number;
  readonly width: number;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** `[batch, h, w, channels]` → `[batch, height, width, channels]`, or without the batch; what is too small is made larger first. */
export class CenterCrop extends Layer {
  readonly height: number;
  readonly width: number;
  readonly dataFormat: DataFormat;

  constructor(options: CenterCropOptions) {
    super(options);
    [this.height, this.width] = sizesOf<Pair>("CenterCrop", "height and width", [options.height, options.width], 2);
    this.dataFormat = dataFormatOf("CenterCrop", options.dataFormat);
    this.built = true;
  }
  override get className(): string {
    return "CenterCrop";
  }
  override call(x: Tensor): Tensor {
    const size: Pair = [this.height, this.width];
    return onImages("CenterCrop", cast(x, this.computeDtype), this.dataFormat, (images) => {
      const [height, width] = imageSize("CenterCrop", images);
      if (height >= size[0] && width >= size[1]) return cropped(images, size);
      return resized(croppedToAspect("CenterCrop", images, size), size, "bilinear");
    });
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["height", "width", "dataFormat"]) };
  }
}

/**
 * The middle of images.
 * @example
 * layers.centerCrop({ height: 24, width: 24 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const centerCrop = (options: CenterCropOptions): CenterCrop => new CenterCrop(options);
