/** AveragePooling1D, AveragePooling2D, AveragePooling3D: the mean of each window. */
import { avgPool, avgPool1d, avgPool3d, type Tensor } from "@antler/tensor-core";
import type { Pair, Single, Triple } from "./images.ts";
import { Pooling, type PoolingOptions } from "./pooling.ts";

export type AveragePooling1DOptions = PoolingOptions<Single>;
export type AveragePooling2DOptions = PoolingOptions<Pair>;
export type AveragePooling3DOptions = PoolingOptions<Triple>;

/** `[batch, steps, channels]` → `[batch, newSteps, channels]`. */
export class AveragePooling1D extends Pooling<Single> {
  constructor(options: AveragePooling1DOptions = {}) {
    super(1, options);
  }
  override get className(): string {
    return "AveragePooling1D";
  }
  protected override pool(x: Tensor): Tensor {
    return avgPool1d(x, this.poolSize[0], { strides: this.strides[0], padding: this.padding });
  }
}

/** `[batch, height, width, channels]` → `[batch, newHeight, newWidth, channels]`. */
export class AveragePooling2D extends Pooling<Pair> {
  constructor(options: AveragePooling2DOptions = {}) {
    super(2, options);
  }
  override get className(): string {
    return "AveragePooling2D";
  }
  protected override pool(x: Tensor): Tensor {
    return avgPool(x, this.poolSize, { strides: this.strides, padding: this.padding });
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, newDepth, newHeight, newWidth, channels]`. */
export class AveragePooling3D extends Pooling<Triple> {
  constructor(options: AveragePooling3DOptions = {}) {
    super(3, options);
  }
  override get className(): string {
    return "AveragePooling3D";
  }
  protected override pool(x: Tensor): Tensor {
    return avgPool3d(x, this.poolSize, { strides: this.strides, padding: this.padding });
  }
}

/**
 * The mean of each window of sequences.
 * @example
 * layers.averagePooling1d({ poolSize: 3, strides: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const averagePooling1d = (options?: AveragePooling1DOptions): AveragePooling1D => new AveragePooling1D(options);
/**
 * The mean of each window of images.
 * @example
 * layers.averagePooling2d({ poolSize: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const averagePooling2d = (options?: AveragePooling2DOptions): AveragePooling2D => new AveragePooling2D(options);
/**
 * The mean of each window of volumes.
 * @example
 * layers.averagePooling3d({ poolSize: [1, 2, 2] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const averagePooling3d = (options?: AveragePooling3DOptions): AveragePooling3D => new AveragePooling3D(options);
