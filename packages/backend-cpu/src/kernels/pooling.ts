// Max and average pooling of NHWC images, and their gradients.

import { elementBytes, type KernelContext } from "./context.ts";
import type { Axis } from "./convolution.ts";
import type { PoolRow } from "./pooling-rows.ts";
import { carveScratch } from "./scratch.ts";

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

/** Elements of one image and of its result. */
const sizes = ({ axes: [vertical, horizontal], channels }: Pooling): readonly [image: number, result: number] => [
  vertical.input * horizontal.input * channels,
  vertical.output * horizontal.output * channels,
];

/** The largest element of each window, and where it is; NaN wins, padding counts as −∞. */
export function maxPool2d(context: KernelContext, call: MaxPoolingCall): void {
  const [positions] = call.positions === undefined ? carveScratch(context, call.batch * sizes(call)[1] * elementBytes) : [call.positions];
  eachRow(context.exports.maxPoolRow, call, positions);
}

/** Each element of the result's gradient goes to the position of its maximum. */
export function maxPool2dGradient({ exports }: KernelContext, call: PoolingCall & { readonly positions: number }): void {
  const { batch, image, result, positions } = call;
  const [pixels, results] = sizes(call);
  exports.fillZero(image, batch * pixels * elementBytes);
  for (let item = 0; item < batch; item += 1) {
    const offset = item * results * elementBytes;
    exports.addAtPositions(result + offset, positions + offset, results, image + item * pixels * elementBytes);
  }
}

/** The mean of each window; padding is not counted. A window wholly in the padding gives NaN (0 / 0). */
export function averagePool2d({ exports }: KernelContext, call: PoolingCall): void {
  eachRow(exports.averagePoolRow, call);
}

/** Each element of the result's gradient is divided evenly among the elements of its window. */
export function averagePool2dGradient({ exports }: KernelContext, call: PoolingCall): void {
  exports.fillZero(call.image, call.batch * sizes(call)[0] * elementBytes);
  eachRow(exports.averagePoolRowGradient, call);
}

/** Calls the kernel for each row of results, with the rows of the image that its windows cover. */
function eachRow(poolRow: PoolRow, { batch, channels, axes, image, result }: PoolingCall, positions = result): void {
  const [{ input: height, output, kernel, stride, before }, horizontal] = axes;
  const { input: width } = horizontal;
  const pixelBytes = channels * elementBytes;
  for (let item = 0; item < batch; item += 1) {
    for (let y = 0; y < output; y += 1) {
      const top = y * stride - before;
      const row = Math.min(Math.max(0, top), height);
      const rows = Math.max(0, Math.min(height, top + kernel) - row);
      const start = image + (item * height + row) * width * pixelBytes;
      const offset = (item * output + y) * horizontal.output * pixelBytes;
      poolRow(
        start,
        rows,
        width,
        channels,
        horizontal.kernel,
        horizontal.stride,
        horizontal.before,
        horizontal.output,
        result + offset,
        positions + offset,
        row,
      );
    }
  }
}
