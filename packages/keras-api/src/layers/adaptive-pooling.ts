/** Adaptive pooling: results of a given size, whatever the input's, from windows that share it out. */
import { avgPool1d, concat, gather, known, maxPool1d, mulDim, reshape, type Tensor, tensor } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { channelsLast, type DataFormat, dataFormatOf, type Pair, type Single, type Sizes, sizesOf, type Triple } from "./images.ts";

export interface AdaptivePoolingOptions<S extends Sizes> extends LayerOptions {
  /** The result's size: one number, or one for each axis. */
  readonly outputSize: number | S;
  /** Default "channels_last". */
  readonly dataFormat?: DataFormat | null | undefined;
}

/** Pools sequences; strides are the window's size unless they are given. */
type Pool = typeof maxPool1d;

abstract class AdaptivePooling<S extends Sizes> extends Layer {
  readonly outputSize: S;
  readonly dataFormat: DataFormat;

  constructor(axes: S["length"], options: AdaptivePoolingOptions<S>) {
    super(options);
    this.outputSize = sizesOf(this.className, "outputSize", options.outputSize, axes);
    this.dataFormat = dataFormatOf(this.className, options.dataFormat);
    this.inputSpec = { rank: axes + 2 };
    this.built = true;
  }
  /** How a window becomes one value. */
  protected abstract get pool(): Pool;

  override call(x: Tensor): Tensor {
    const along = (y: Tensor, size: number, i: number): Tensor => pooledAlong(this.pool, y, i + 1, size);
    return channelsLast(x, this.dataFormat, (t) => (this.outputSize as readonly number[]).reduce(along, t));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this as AdaptivePooling<S>, ["outputSize", "dataFormat"]) };
  }
}

/** One axis in another size: the axis is cut into equal parts, and each is pooled with all elements it touches. */
function pooledAlong(pool: Pool, x: Tensor, axis: number, to: number): Tensor {
  const from = known("adaptivePooling", x.dims[axis]!);
  const product = (dims: Tensor["dims"]): Tensor["dims"][number] => dims.reduce((a, b) => mulDim("adaptivePooling", a, b), 1);
  const [before, after] = [x.dims.slice(0, axis), x.dims.slice(axis + 1)];
  const line = reshape(x, [product(before), from, product(after)]);
  return reshape(from % to === 0 ? pool(line, from / to) : uneven(pool, line, from, to), [...before, to, ...after]);
}

/** Windows of two sizes: both are pooled everywhere, and each result picks its own. */
function uneven(pool: Pool, line: Tensor, from: number, to: number): Tensor {
  const windows = Array.from({ length: to }, (_, i) => {
    const start = Math.floor((i * from) / to);
    return { start, size: Math.ceil(((i + 1) * from) / to) - start };
  });
  const sizes = [...new Set(windows.map(({ size }) => size))];
  const begins = sizes.map((_, i) => sizes.slice(0, i).reduce((n, size) => n + from - size + 1, 0));
  const places = windows.map(({ start, size }) => begins[sizes.indexOf(size)]! + start);
  const all = concat(
    sizes.map((size) => pool(line, size, { strides: 1 })),
    1,
  );
  return gather(all, tensor(places, [to], "int32"), 1);
}

abstract class AdaptiveAveragePooling<S extends Sizes> extends AdaptivePooling<S> {
  protected override get pool(): Pool {
    return avgPool1d;
  }
}

abstract class AdaptiveMaxPooling<S extends Sizes> extends AdaptivePooling<S> {
  protected override get pool(): Pool {
    return maxPool1d;
  }
}

/** `[batch, steps, channels]` → `[batch, size, channels]`: the mean of each window. */
export class AdaptiveAveragePooling1D extends AdaptiveAveragePooling<Single> {
  constructor(options: AdaptivePoolingOptions<Single>) {
    super(1, options);
  }
  override get className(): string {
    return "AdaptiveAveragePooling1D";
  }
}

/** `[batch, height, width, channels]` → `[batch, ...outputSize, channels]`: the mean of each window. */
export class AdaptiveAveragePooling2D extends AdaptiveAveragePooling<Pair> {
  constructor(options: AdaptivePoolingOptions<Pair>) {
    super(2, options);
  }
  override get className(): string {
    return "AdaptiveAveragePooling2D";
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, ...outputSize, channels]`: the mean of each window. */
export class AdaptiveAveragePooling3D extends AdaptiveAveragePooling<Triple> {
  constructor(options: AdaptivePoolingOptions<Triple>) {
    super(3, options);
  }
  override get className(): string {
    return "AdaptiveAveragePooling3D";
  }
}

/** `[batch, steps, channels]` → `[batch, size, channels]`: the largest value of each window. */
export class AdaptiveMaxPooling1D extends AdaptiveMaxPooling<Single> {
  constructor(options: AdaptivePoolingOptions<Single>) {
    super(1, options);
  }
  override get className(): string {
    return "AdaptiveMaxPooling1D";
  }
}

/** `[batch, height, width, channels]` → `[batch, ...outputSize, channels]`: the largest value of each window. */
export class AdaptiveMaxPooling2D extends AdaptiveMaxPooling<Pair> {
  constructor(options: AdaptivePoolingOptions<Pair>) {
    super(2, options);
  }
  override get className(): string {
    return "AdaptiveMaxPooling2D";
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, ...outputSize, channels]`: the largest value of each window. */
export class AdaptiveMaxPooling3D extends AdaptiveMaxPooling<Triple> {
  constructor(options: AdaptivePoolingOptions<Triple>) {
    super(3, options);
  }
  override get className(): string {
    return "AdaptiveMaxPooling3D";
  }
}

/** Means of sequences in a given size. @example layers.adaptiveAveragePooling1d({ outputSize: 4 }) */
/* @__NO_SIDE_EFFECTS__ */
export const adaptiveAveragePooling1d = (options: AdaptivePoolingOptions<Single>): AdaptiveAveragePooling1D =>
  new AdaptiveAveragePooling1D(options);
/** Means of images in a given size. @example layers.adaptiveAveragePooling2d({ outputSize: 4 }) */
/* @__NO_SIDE_EFFECTS__ */
export const adaptiveAveragePooling2d = (options: AdaptivePoolingOptions<Pair>): AdaptiveAveragePooling2D =>
  new AdaptiveAveragePooling2D(options);
/** Means of volumes in a given size. @example layers.adaptiveAveragePooling3d({ outputSize: 4 }) */
/* @__NO_SIDE_EFFECTS__ */
export const adaptiveAveragePooling3d = (options: AdaptivePoolingOptions<Triple>): AdaptiveAveragePooling3D =>
  new AdaptiveAveragePooling3D(options);
/** Largest values of sequences in a given size. @example layers.adaptiveMaxPooling1d({ outputSize: 4 }) */
/* @__NO_SIDE_EFFECTS__ */
export const adaptiveMaxPooling1d = (options: AdaptivePoolingOptions<Single>): AdaptiveMaxPooling1D => new AdaptiveMaxPooling1D(options);
/** Largest values of images in a given size. @example layers.adaptiveMaxPooling2d({ outputSize: 4 }) */
/* @__NO_SIDE_EFFECTS__ */
export const adaptiveMaxPooling2d = (options: AdaptivePoolingOptions<Pair>): AdaptiveMaxPooling2D => new AdaptiveMaxPooling2D(options);
/** Largest values of volumes in a given size. @example layers.adaptiveMaxPooling3d({ outputSize: 4 }) */
/* @__NO_SIDE_EFFECTS__ */
export const adaptiveMaxPooling3d = (options: AdaptivePoolingOptions<Triple>): AdaptiveMaxPooling3D => new AdaptiveMaxPooling3D(options);
