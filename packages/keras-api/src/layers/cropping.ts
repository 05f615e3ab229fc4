/** Cropping1D, Cropping2D, Cropping3D: the borders of sequences, images and volumes taken away. */
import { addDim, isKnown, ShapeError, slice, type Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { alongAxes, type Borders, type BordersLike, bordersOf, lineBordersOf } from "./borders.ts";
import { type DataFormat, dataFormatOf, type Pair, type Sizes, spatialAxes, type Triple } from "./images.ts";

export interface Cropping1DOptions extends LayerOptions {
  /** How many steps go before and behind: one number for both, or one each. Default 1. */
  readonly cropping?: number | Pair | undefined;
}
export interface CroppingOptions<S extends Sizes> extends LayerOptions {
  /** How much goes: one number for all borders, one for each axis, or `[before, behind]` for each. Default: 0 of images, 1 of volumes. */
  readonly cropping?: BordersLike<S> | undefined;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}
export type Cropping2DOptions = CroppingOptions<Pair>;
export type Cropping3DOptions = CroppingOptions<Triple>;

/** `C` is how the cropping is written. */
abstract class Cropping<C> extends Layer {
  readonly cropping: C;
  readonly #borders: readonly Pair[];

  constructor(options: LayerOptions, cropping: C, borders: readonly Pair[]) {
    super(options);
    this.cropping = cropping;
    this.#borders = borders;
    this.inputSpec = { rank: borders.length + 2 };
    this.built = true;
  }
  protected cropped(x: Tensor, format: DataFormat): Tensor {
    const borders = alongAxes(x.rank, spatialAxes(format, this.#borders.length), this.#borders);
    const sizes = x.dims.map((d, axis) => addDim(d, -borders[axis]![0] - borders[axis]![1]));
    if (sizes.some((d, axis) => isKnown(d) && d <= 0 && d !== x.dims[axis])) {
      throw new ShapeError(this.className, `nothing is left once ${JSON.stringify(this.cropping)} are cropped`, { got: [x.spec] });
    }
    return slice(
      x,
      borders.map(([before]) => before),
      sizes,
    );
  }
}

/** `[batch, steps, channels]` → `[batch, steps − before − behind, channels]`. */
export class Cropping1D extends Cropping<Pair> {
  constructor(options: Cropping1DOptions = {}) {
    const cropping = lineBordersOf("Cropping1D", "cropping", options.cropping ?? 1);
    super(options, cropping, [cropping]);
  }
  override get className(): string {
    return "Cropping1D";
  }
  override call(x: Tensor): Tensor {
    return this.cropped(x, "channels_last");
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["cropping"]) };
  }
}

abstract class FormattedCropping<S extends Sizes> extends Cropping<Borders<S>> {
  readonly dataFormat: DataFormat;

  constructor(options: CroppingOptions<S>, cropping: Borders<S>) {
    super(options, cropping, cropping);
    this.dataFormat = dataFormatOf(this.className, options.dataFormat);
  }
  override call(x: Tensor): Tensor {
    return this.cropped(x, this.dataFormat);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this as FormattedCropping<S>, ["cropping", "dataFormat"]) };
  }
}

/** `[batch, height, width, channels]` → `[batch, newHeight, newWidth, channels]`. */
export class Cropping2D extends FormattedCropping<Pair> {
  constructor(options: Cropping2DOptions = {}) {
    super(options, bordersOf<Pair>("Cropping2D", "cropping", options.cropping ?? 0, 2));
  }
  override get className(): string {
    return "Cropping2D";
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, newDepth, newHeight, newWidth, channels]`. */
export class Cropping3D extends FormattedCropping<Triple> {
  constructor(options: Cropping3DOptions = {}) {
    super(options, bordersOf<Triple>("Cropping3D", "cropping", options.cropping ?? 1, 3));
  }
  override get className(): string {
    return "Cropping3D";
  }
}

/** Sequences without their ends. @example layers.cropping1d({ cropping: [0, 2] }) */
/* @__NO_SIDE_EFFECTS__ */
export const cropping1d = (options?: Cropping1DOptions): Cropping1D => new Cropping1D(options);
/** Images without their borders. @example layers.cropping2d({ cropping: [[1, 1], [2, 0]] }) */
/* @__NO_SIDE_EFFECTS__ */
export const cropping2d = (options?: Cropping2DOptions): Cropping2D => new Cropping2D(options);
/** Volumes without their borders. @example layers.cropping3d({ cropping: 1 }) */
/* @__NO_SIDE_EFFECTS__ */
export const cropping3d = (options?: Cropping3DOptions): Cropping3D => new Cropping3D(options);
