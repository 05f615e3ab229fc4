// Max and average pooling of NHWC images, and their gradients.

import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type Axis, type Strip, stripsOf } from "./convolution.ts";
import type { PoolRow } from "./pooling-rows.ts";

/** Windows over each channel of images. */
export interface Pooling {
  readonly batch: number;
  readonly channels: number;
  /** Windows are not dilated. */
  readonly axes: readonly [vertical: Axis, horizontal: Axis];
}

/** The arrays of a pooling: each of the kernels reads some and overwrites the others. */
export interface PoolingCall extends Pooling {
  /** [batch, height, width, channels] */
  readonly image: number;
  /** [batch, pooled height, pooled width, channels] */
  readonly result: number;
}

export interface MaxPoolingCall extends PoolingCall {
  /**
   * Where each maximum is, as int32 (row · width + column) · channels + channel within its image: the first one,
   * or the first NaN; −1 for a window that lies wholly in the padding. Shaped as the result.
   */
  readonly positions?: number | undefined;
}

/** Elements of the result in a piece of work: what it reads and writes stays in the second-level cache. */
const pieceElements = 2 ** 14;
/** Elements of windows a nanosecond. */
const speed = 3;

/** The largest element of each window, and where it is; NaN wins, padding counts as −∞. */
export function maxPool2d(context: KernelContext, call: MaxPoolingCall): void {
  const { channels, axes, positions } = call;
  const rowBytes = axes[1].output * channels * elementBytes;
  eachPiece(context, call, ({ exports, scratch }, strip) => {
    // Positions nobody asked for overwrite each other.
    if (positions === undefined) eachRow(exports.maxPoolRow, call, strip, { pointer: scratch.reserve(rowBytes), rowBytes: 0 });
    else eachRow(exports.maxPoolRow, call, strip, { pointer: positions, rowBytes });
  });
}

/** Each element of the result's gradient goes to the position of its maximum. */
export function maxPool2dGradient(context: KernelContext, call: PoolingCall & { readonly positions: number }): void {
  const { channels, axes, image, result, positions } = call;
  const [vertical, horizontal] = axes;
  const results = vertical.output * horizontal.output * channels;
  const imageBytes = vertical.input * horizontal.input * channels * elementBytes;
  gradient(context, call, ({ exports }, { image: first, images }) => {
    for (let item = first; item < first + images; item += 1) {
      const offset = item * results * elementBytes;
      exports.addAtPositions(result + offset, positions + offset, results, image + item * imageBytes);
    }
  });
}

/** The mean of each window; padding is not counted. A window wholly in the padding gives NaN (0 / 0). */
export function averagePool2d(context: KernelContext, call: PoolingCall): void {
  eachPiece(context, call, ({ exports }, strip) => eachRow(exports.averagePoolRow, call, strip));
}

/** Each element of the result's gradient is divided evenly among the elements of its window. */
export function averagePool2dGradient(context: KernelContext, call: PoolingCall): void {
  gradient(context, call, ({ exports }, strip) => eachRow(exports.averagePoolRowGradient, call, strip));
}

type Piece = (calls: KernelCalls, strip: Strip) => void;

/** Each piece has some rows of results, or not less than so many results. */
function eachPiece(context: KernelContext, { batch, channels, axes }: Pooling, piece: Piece, least = 1): void {
  const [vertical, horizontal] = axes;
  const results = Math.max(least, Math.ceil(pieceElements / Math.max(1, channels)));
  const strips = stripsOf(batch, vertical.output, horizontal.output, results);
  const elements = batch * channels * vertical.output * horizontal.output * vertical.kernel * horizontal.kernel;
  context.parallel(strips.length, elements / speed, (calls, index) => piece(calls, strips[index] as Strip));
}

/** Each piece clears what it adds to: whole images, since windows may overlap. */
function gradient(context: KernelContext, call: PoolingCall, add: Piece): void {
  const { channels, axes, image } = call;
  const [vertical, horizontal] = axes;
  const imageBytes = vertical.input * horizontal.input * channels * elementBytes;
  const clearAndAdd: Piece = (calls, strip) => {
    calls.exports.fillZero(image + strip.image * imageBytes, strip.images * imageBytes);
    add(calls, strip);
  };
  eachPiece(context, call, clearAndAdd, vertical.output * horizontal.output);
}

/** Calls the kernel for each row of results, with the rows of the image that its windows cover. */
function eachRow(poolRow: PoolRow, call: PoolingCall, strip: Strip, positions = { pointer: call.result, rowBytes: 0 }): void {
  const { channels, axes, image, result } = call;
  const [{ input: height, output, kernel, stride, before }, horizontal] = axes;
  const { input: width } = horizontal;
  const pixelBytes = channels * elementBytes;
  for (let item = strip.image; item < strip.image + strip.images; item += 1) {
    for (let y = strip.row; y < strip.row + strip.rows; y += 1) {
      const top = y * stride - before;
      const row = Math.min(Math.max(0, top), height);
      const rows = Math.max(0, Math.min(height, top + kernel) - row);
      const resultRow = item * output + y;
      poolRow(
        image + (item * height + row) * width * pixelBytes,
        rows,
        width,
        channels,
        horizontal.kernel,
        horizontal.stride,
        horizontal.before,
        horizontal.output,
        result + resultRow * horizontal.output * pixelBytes,
        positions.pointer + resultRow * positions.rowBytes,
        row,
      );
    }
  }
}
