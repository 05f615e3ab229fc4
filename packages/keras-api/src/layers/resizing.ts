/** Resizing: images in another size. */
import { cast, clipByValue, isFloat, round, type Tensor, ValueError } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { croppedToAspect, onImages, paddedToAspect } from "./aspect.ts";
import { type DataFormat, dataFormatOf, oneOf, type Pair, sizesOf } from "./images.ts";
import { type Interpolation, interpolationOf, resized } from "./interpolation.ts";

export interface ResizingOptions extends LayerOptions {
  readonly height: number;
  readonly width: number;
  /** How new pixels are made of old ones. Default "bilinear". */
  readonly interpolation?: Interpolation | undefined;
  /** Whether what sticks out of the new aspect ratio is cut off first, so that nothing is distorted. Default false. */
  readonly cropToAspectRatio?: boolean | undefined;
  /** Whether images get borders first, so that nothing is distorted. Default false. */
  readonly padToAspectRatio?: boolean | undefined;
  /** What borders hold: "constant", the fillValue. */
  readonly fillMode?: "constant" | undefined;
  /** Default 0. */
  readonly fillValue?: number | undefined;
  /** Whether smaller images are averages of all pixels. Default false. */
  readonly antialias?: boolean | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** `[batch, h, w, channels]` → `[batch, height, width, channels]`, or without the batch; integers stay integers, rounded. */
export class Resizing extends Layer {
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillMode: "constant";
  readonly fillValue: number;
  readonly antialias: boolean;
  readonly dataFormat: DataFormat;

  constructor(options: ResizingOptions) {
    super(options);
    const { cropToAspectRatio = false, padToAspectRatio = false } = options;
    if (cropToAspectRatio && padToAspectRatio) {
      throw new ValueError("Resizing", "cropToAspectRatio and padToAspectRatio cannot both be true");
    }
    [this.height, this.width] = sizesOf<Pair>("Resizing", "height and width", [options.height, options.width], 2);
    this.interpolation = interpolationOf("Resizing", options.interpolation ?? "bilinear");
    this.cropToAspectRatio = cropToAspectRatio;
    this.padToAspectRatio = padToAspectRatio;
    this.fillMode = oneOf("Resizing", "fillMode", options.fillMode ?? "constant", ["constant"]);
    this.fillValue = options.fillValue ?? 0;
    this.antialias = options.antialias ?? false;
    this.dataFormat = dataFormatOf("Resizing", options.dataFormat);
    this.built = true;
  }
  override get className(): string {
    return "Resizing";
  }
  override call(x: Tensor): Tensor {
    const y = onImages("Resizing", x, this.dataFormat, (images) => {
      const { interpolation, antialias } = this;
      return resized(this.#fitted(images), [this.height, this.width], interpolation, { antialias });
    });
    return saturated(y, x.dtype);
  }
  #fitted(images: Tensor): Tensor {
    const size: Pair = [this.height, this.width];
    if (this.cropToAspectRatio) return croppedToAspect("Resizing", images, size);
    return this.padToAspectRatio ? paddedToAspect("Resizing", images, size, this.fillValue) : images;
  }
  override getConfig(): Config {
    const ways = ["interpolation", "cropToAspectRatio", "padToAspectRatio", "fillMode", "fillValue", "antialias"] as const;
    return { ...this.baseConfig(), ...configOf(this, ["height", "width", ...ways, "dataFormat"]) };
  }
}

/** Floats as pixels were before: integers rounded, and no further than their dtype reaches. */
function saturated(x: Tensor, dtype: Tensor["dtype"]): Tensor {
  if (x.dtype === dtype || isFloat(dtype)) return cast(x, dtype);
  const bits = Number(/\d+/.exec(dtype)?.[0] ?? 1);
  const [low, high] = dtype.startsWith("int") ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  return cast(clipByValue(round(x), low, high), dtype);
}

/**
 * Images in another size.
 * @example
 * layers.resizing({ height: 32, width: 32, cropToAspectRatio: true });
 */
/* @__NO_SIDE_EFFECTS__ */
export const resizing = (options: ResizingOptions): Resizing => new Resizing(options);
