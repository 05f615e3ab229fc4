// Max and average pooling of NHWC images, and their gradients.

import { elementBytes, type KernelContext } from "./context.ts";
import type { Padding2d } from "./convolution.ts";

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
export function pooledExtents(pooling: Pooling): readonly [height: number, width: number] {
  const { height, width, window, strides } = pooling;
  const { top, bottom, left, right } = pooling.padding ?? { top: 0, bottom: 0, left: 0, right: 0 };
  const windows = (extent: number, at: 0 | 1): number => Math.max(0, Math.floor((extent - window[at]) / strides[at]) + 1);
  return [windows(height + top + bottom, 0), windows(width + left + right, 1)];
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
  eachPooledRow(pooling, ({ outputOffset, row, rows, image }) => {
    const geometry = rowGeometry(pooling, input + image, row, rows);
    if (positions === undefined) exports.maxPoolRow(...geometry, output + outputOffset, 0, 0);
    else exports.maxPoolRowPositions(...geometry, output + outputOffset, positions + outputOffset, row);
  });
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
  eachPooledRow(pooling, ({ outputOffset, row, rows, image }) => {
    exports.averagePoolRow(...rowGeometry(pooling, input + image, row, rows), output + outputOffset, 0, 0);
  });
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
  eachPooledRow(pooling, ({ outputOffset, row, rows, image }) => {
    const geometry = rowGeometry(pooling, inputGradient + image, row, rows);
    exports.averagePoolRowGradient(...geometry, outputGradient + outputOffset, 0, 0);
  });
}

/** One row of results: where it is, and which rows of the image its windows cover. */
interface PooledRow {
  /** Byte offsets of the image in the input, and of the row in the output. */
  readonly image: number;
  readonly outputOffset: number;
  readonly row: number;
  readonly rows: number;
}

function eachPooledRow(pooling: Pooling, visit: (row: PooledRow) => void): void {
  const { batch, channels, window, strides, padding } = pooling;
  const [height, width] = pooledExtents(pooling);
  const imageBytes = pooling.height * pooling.width * channels * elementBytes;
  const rowBytes = width * channels * elementBytes;
  for (let item = 0; item < batch; item += 1) {
    for (let y = 0; y < height; y += 1) {
      const top = y * strides[0] - (padding?.top ?? 0);
      const row = Math.min(Math.max(0, top), pooling.height);
      const rows = Math.max(0, Math.min(pooling.height, top + window[0]) - row);
      visit({ image: item * imageBytes, outputOffset: (item * height + y) * rowBytes, row, rows });
    }
  }
}

type RowGeometry = readonly [
  start: number,
  rows: number,
  width: number,
  channels: number,
  window: number,
  stride: number,
  left: number,
  outputs: number,
];

function rowGeometry(pooling: Pooling, image: number, row: number, rows: number): RowGeometry {
  const { width, channels, window, strides, padding } = pooling;
  const start = image + row * width * channels * elementBytes;
  return [start, rows, width, channels, window[1], strides[1], padding?.left ?? 0, pooledExtents(pooling)[1]];
}
