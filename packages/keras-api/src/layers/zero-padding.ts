/** ZeroPadding1D, ZeroPadding2D, ZeroPadding3D: zeros around sequences, images and volumes. */
import { pad, type Tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { alongAxes, type Borders, type BordersLike, bordersOf, lineBordersOf } from "./borders.ts";
import { type DataFormat, dataFormatOf, type Pair, type Sizes, spatialAxes, type Triple } from "./images.ts";

interface Formatted extends LayerOptions {
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}
export interface ZeroPadding1DOptions extends Formatted {
  /** How many zero steps before and behind: one number for both, or one each. Default 1. */
  readonly padding?: number | Pair | undefined;
}
export interface ZeroPaddingOptions<S extends Sizes> extends Formatted {
  /** How many zeros: one number for all borders, one for each axis, or `[before, behind]` for each. Default 1. */
  readonly padding?: BordersLike<S> | undefined;
}
export type ZeroPadding2DOptions = ZeroPaddingOptions<Pair>;
export type ZeroPadding3DOptions = ZeroPaddingOptions<Triple>;

/** `P` is how the padding is written. */
abstract class ZeroPadding<P> extends Layer {
  readonly padding: P;
  readonly dataFormat: DataFormat;
  readonly #borders: readonly Pair[];

  constructor(options: Formatted, padding: P, borders: readonly Pair[]) {
    super(options);
    this.padding = padding;
    this.dataFormat = dataFormatOf(this.className, options.dataFormat);
    this.#borders = borders;
    this.inputSpec = { rank: borders.length + 2 };
    this.built = true;
  }
  override call(x: Tensor): Tensor {
    return pad(x, alongAxes(x.rank, spatialAxes(this.dataFormat, this.#borders.length), this.#borders));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this as ZeroPadding<P>, ["padding", "dataFormat"]) };
  }
}

/** `[batch, steps, channels]` → `[batch, before + steps + behind, channels]`. */
export class ZeroPadding1D extends ZeroPadding<Pair> {
  constructor(options: ZeroPadding1DOptions = {}) {
    const padding = lineBordersOf("ZeroPadding1D", "padding", options.padding ?? 1);
    super(options, padding, [padding]);
  }
  override get className(): string {
    return "ZeroPadding1D";
  }
}

/** `[batch, height, width, channels]` → `[batch, newHeight, newWidth, channels]`. */
export class ZeroPadding2D extends ZeroPadding<Borders<Pair>> {
  constructor(options: ZeroPadding2DOptions = {}) {
    const padding = bordersOf<Pair>("ZeroPadding2D", "padding", options.padding ?? 1, 2);
    super(options, padding, padding);
  }
  override get className(): string {
    return "ZeroPadding2D";
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, newDepth, newHeight, newWidth, channels]`. */
export class ZeroPadding3D extends ZeroPadding<Borders<Triple>> {
  constructor(options: ZeroPadding3DOptions = {}) {
    const padding = bordersOf<Triple>("ZeroPadding3D", "padding", options.padding ?? 1, 3);
    super(options, padding, padding);
  }
  override get className(): string {
    return "ZeroPadding3D";
  }
}

/** Zeros before and behind sequences. @example layers.zeroPadding1d({ padding: [2, 0] }) */
/* @__NO_SIDE_EFFECTS__ */
export const zeroPadding1d = (options?: ZeroPadding1DOptions): ZeroPadding1D => new ZeroPadding1D(options);
/** Zeros around images. @example layers.zeroPadding2d({ padding: [[1, 0], [2, 2]] }) */
/* @__NO_SIDE_EFFECTS__ */
export const zeroPadding2d = (options?: ZeroPadding2DOptions): ZeroPadding2D => new ZeroPadding2D(options);
/** Zeros around volumes. @example layers.zeroPadding3d({ padding: 1 }) */
/* @__NO_SIDE_EFFECTS__ */
export const zeroPadding3d = (options?: ZeroPadding3DOptions): ZeroPadding3D => new ZeroPadding3D(options);
