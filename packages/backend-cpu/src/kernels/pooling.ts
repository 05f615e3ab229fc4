// Max and average pooling of NHWC images, and their gradients.

import { elementBytes, type KernelContext } from "./context.ts";
import { axesOf, type Padding2d } from "./convolution.ts";
import type { PoolRow } from "./pooling-rows.ts";

/** Windows over each channel of [batch, height, width, channels]. */
export interface Pooling {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Vertical, horizontal. */
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Default: none. */
  readonly padding?: Padding2d;
}

/** Rows and columns of the result. */
export function pooledExtents({ window, ...images }: Pooling): readonly [height: number, width: number] {
  const [vertical, horizontal] = axesOf({ ...images, kernelHeight: window[0], kernelWidth: window[1] });
  return [vertical.output, horizontal.output];
}

export interface MaxPool {
  readonly pooling: Pooling;
  /** [batch, height, width, channels] */
  readonly input: number;
  /** [batch, pooled height, pooled width, channels] */
  readonly output: number;
  /**
   * Where each maximum is, as int32 (row · width + column) · channels + channel within its image: the first one,
   * or the first NaN; −1 for a window that lies wholly in the padding.
   */
  readonly positions?: number;
}

/** The largest element of each window; NaN wins, padding counts as −∞. */
export function maxPool2d({ exports }: KernelContext, { pooling, input, output, positions }: MaxPool): void {
  eachRow(positions === undefined ? exports.maxPoolRow : exports.maxPoolRowPositions, pooling, input, output, positions);
}

export interface MaxPoolGradient {
  readonly pooling: Pooling;
  /** [batch, pooled height, pooled width, channels] */
  readonly outputGradient: number;
  /** The positions that `maxPool2d` wrote. */
  readonly positions: number;
  /** [batch, height, width, channels]; overwritten. */
  readonly inputGradient: number;
}

/** Each element of the output's gradient goes to the position of its maximum. */
export function maxPool2dGradient({ exports }: KernelContext, gradient: MaxPoolGradient): void {
  const { pooling, outputGradient, positions, inputGradient } = gradient;
  const [height, width] = pooledExtents(pooling);
  const outputs = height * width * pooling.channels;
  const inputBytes = pooling.height * pooling.width * pooling.channels * elementBytes;
  exports.fillZero(inputGradient, pooling.batch * inputBytes);
  for (let image = 0; image < pooling.batch; image += 1) {
    const offset = image * outputs * elementBytes;
    exports.addAtPositions(outputGradient + offset, positions + offset, outputs, inputGradient + image * inputBytes);
  }
}

export interface AveragePool {
  readonly pooling: Pooling;
  /** [batch, height, width, channels] */
  readonly input: number;
  /** [batch, pooled height, pooled width, channels] */
  readonly output: number;
}

/** The mean of each window; padding is not counted. A window wholly in the padding gives NaN (0 / 0). */
export function averagePool2d({ exports }: KernelContext, { pooling, input, output }: AveragePool): void {
  eachRow(exports.averagePoolRow, pooling, input, output);
}

export interface AveragePoolGradient {
  readonly pooling: Pooling;
  /** [batch, pooled height, pooled width, channels] */
  readonly outputGradient: number;
  /** [batch, height, width, channels]; overwritten. */
  readonly inputGradient: number;
}

/** Each element of the output's gradient is divided evenly among the elements of its window. */
export function averagePool2dGradient({ exports }: KernelContext, gradient: AveragePoolGradient): void {
  const { pooling, outputGradient, inputGradient } = gradient;
  const { batch, height, width, channels } = pooling;
  exports.fillZero(inputGradient, batch * height * width * channels * elementBytes);
  eachRow(exports.averagePoolRowGradient, pooling, inputGradient, outputGradient);
}

/** Calls the kernel for each row of results, with the rows of the image that its windows cover. */
function eachRow(poolRow: PoolRow, pooling: Pooling, image: number, output: number, positions = output): void {
  const { batch, height, width, channels, window, strides, padding } = pooling;
  const [outputHeight, outputWidth] = pooledExtents(pooling);
  const pixelBytes = channels * elementBytes;
  for (let item = 0; item < batch; item += 1) {
    for (let y = 0; y < outputHeight; y += 1) {
      const top = y * strides[0] - (padding?.top ?? 0);
      const row = Math.min(Math.max(0, top), height);
      const rows = Math.max(0, Math.min(height, top + window[0]) - row);
      const start = image + (item * height + row) * width * pixelBytes;
      const offset = (item * outputHeight + y) * outputWidth * pixelBytes;
      const left = padding?.left ?? 0;
      poolRow(start, rows, width, channels, window[1], strides[1], left, outputWidth, output + offset, positions + offset, row);
    }
  }
}
