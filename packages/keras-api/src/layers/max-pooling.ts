/** MaxPooling1D, MaxPooling2D, MaxPooling3D: the largest value of each window. */
import { maxPool, maxPool1d, maxPool3d, type Tensor } from "@antler/tensor-core";
import type { Pair, Single, Triple } from "./images.ts";
import { Pooling, type PoolingOptions } from "./pooling.ts";

export type MaxPooling1DOptions = PoolingOptions<Single>;
export type MaxPooling2DOptions = PoolingOptions<Pair>;
export type MaxPooling3DOptions = PoolingOptions<Triple>;

/** `[batch, steps, channels]` → `[batch, newSteps, channels]`. */
export class MaxPooling1D extends Pooling<Single> {
  constructor(options: MaxPooling1DOptions = {}) {
    super(1, options);
  }
  override get className(): string {
    return "MaxPooling1D";
  }
  protected override pool(x: Tensor): Tensor {
    return maxPool1d(x, this.poolSize[0], { strides: this.strides[0], padding: this.padding });
  }
}

/** `[batch, height, width, channels]` → `[batch, newHeight, newWidth, channels]`. */
export class MaxPooling2D extends Pooling<Pair> {
  constructor(options: MaxPooling2DOptions = {}) {
    super(2, options);
  }
  override get className(): string {
    return "MaxPooling2D";
  }
  protected override pool(x: Tensor): Tensor {
    return maxPool(x, this.poolSize, { strides: this.strides, padding: this.padding });
  }
}

/** `[batch, depth, height, width, channels]` → `[batch, newDepth, newHeight, newWidth, channels]`. */
export class MaxPooling3D extends Pooling<Triple> {
  constructor(options: MaxPooling3DOptions = {}) {
    super(3, options);
  }
  override get className(): string {
    return "MaxPooling3D";
  }
  protected override pool(x: Tensor): Tensor {
    return maxPool3d(x, this.poolSize, { strides: this.strides, padding: this.padding });
  }
}

/**
 * The largest value of each window of sequences.
 * @example
 * layers.maxPooling1d({ poolSize: 3, strides: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const maxPooling1d = (options?: MaxPooling1DOptions): MaxPooling1D => new MaxPooling1D(options);
/**
 * The largest value of each window of images.
 * @example
 * layers.maxPooling2d({ poolSize: 2 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const maxPooling2d = (options?: MaxPooling2DOptions): MaxPooling2D => new MaxPooling2D(options);
/**
 * The largest value of each window of volumes.
 * @example
 * layers.maxPooling3d({ poolSize: [1, 2, 2] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const maxPooling3d = (options?: MaxPooling3DOptions): MaxPooling3D => new MaxPooling3D(options);
