/** UpSampling1D, UpSampling2D, UpSampling3D: every step, pixel or place several times. */
import { known, repeatElements, type Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { channelsLast, type DataFormat, dataFormatOf, type Pair, sizesOf, spatialAxes, type Triple } from "./images.ts";
import { type Interpolation, interpolationOf, resized } from "./interpolation.ts";

export interface UpSampling1DOptions extends LayerOptions {
  /** How many times. Default 2. */
  readonly size?: number | undefined;
}
export interface UpSampling2DOptions extends LayerOptions {
  /** How many times, along both axes or each. Default 2. */
  readonly size?: number | Pair | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
  /** How new pixels are made of old ones. Default "nearest", which repeats them. */
  readonly interpolation?: Interpolation | undefined;
}
export interface UpSampling3DOptions extends LayerOptions {
  /** How many times, along all axes or each. Default 2. */
  readonly size?: number | Triple | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** Along each axis of images or volumes. */
const repeated = (x: Tensor, size: Pair | Triple, format: DataFormat): Tensor =>
  spatialAxes(format, size.length).reduce((y, axis, i) => repeatElements(y, size[i]!, axis), x);

/** `[batch, steps, channels]` → `[batch, steps · size, channels]`. */
export class UpSampling1D extends Layer {
  readonly size: number;

  constructor(options: UpSampling1DOptions = {}) {
    super(options);
    [this.size] = sizesOf("UpSampling1D", "size", options.size ?? 2, 1);
    this.inputSpec = { rank: 3 };
    this.built = true;
  }
  override get className(): string {
    return "UpSampling1D";
  }
  override call(x: Tensor): Tensor {
    return repeatElements(x, this.size, 1);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["size"]) };
  }
}

/** `[batch, height, width, channels]` → `[batch, height · size[0], width · size[1], channels]`. */
export class UpSampling2D extends Layer {
  readonly size: Pair;
  readonly dataFormat: DataFormat;
  readonly interpolation: Interpolation;

  constructor(options: UpSampling2DOptions = {}) {
    super(options);
    this.size = sizesOf<Pair>("UpSampling2D", "size", options.size ?? 2, 2);
    this.dataFormat = dataFormatOf("UpSampling2D", options.dataFormat);
    this.interpolation = interpolationOf("UpSampling2D", options.interpolation ?? "nearest");
    this.inputSpec = { rank: 4 };
    this.built = true;
  }
  override get className(): string {
    return "UpSampling2D";
  }
  override call(x: Tensor): Tensor {
    const { size, dataFormat, interpolation } = this;
    if (interpolation === "nearest") return repeated(x, size, dataFormat);
    return channelsLast(x, dataFormat, (t) => {
      const [height, width] = [known("UpSampling2D", t.dims[1]!), known("UpSampling2D", t.dims[2]!)];
      return resized(t, [height * size[0], width * size[1]], interpolation);
    });
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["size", "dataFormat", "interpolation"]) };
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, depth · size[0], height · size[1], width · size[2], channels]`. */
export class UpSampling3D extends Layer {
  readonly size: Triple;
  readonly dataFormat: DataFormat;

  constructor(options: UpSampling3DOptions = {}) {
    super(options);
    this.size = sizesOf<Triple>("UpSampling3D", "size", options.size ?? 2, 3);
    this.dataFormat = dataFormatOf("UpSampling3D", options.dataFormat);
    this.inputSpec = { rank: 5 };
    this.built = true;
  }
  override get className(): string {
    return "UpSampling3D";
  }
  override call(x: Tensor): Tensor {
    return repeated(x, this.size, this.dataFormat);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["size", "dataFormat"]) };
  }
}

/** Every step several times. @example layers.upSampling1d({ size: 3 }) */
/* @__NO_SIDE_EFFECTS__ */
export const upSampling1d = (options?: UpSampling1DOptions): UpSampling1D => new UpSampling1D(options);
/** Images made larger. @example layers.upSampling2d({ size: 2, interpolation: "bilinear" }) */
/* @__NO_SIDE_EFFECTS__ */
export const upSampling2d = (options?: UpSampling2DOptions): UpSampling2D => new UpSampling2D(options);
/** Volumes made larger. @example layers.upSampling3d({ size: [1, 2, 2] }) */
/* @__NO_SIDE_EFFECTS__ */
export const upSampling3d = (options?: UpSampling3DOptions): UpSampling3D => new UpSampling3D(options);
