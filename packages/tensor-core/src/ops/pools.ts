/** Pooling of sequences and of volumes, written with that of images. */
import { type TensorLike, toTensor } from "../convert.ts";
import { ShapeError } from "../errors.ts";
import { reshape } from "../primitives.ts";
import { type Dim, mulDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { imageLine, imageOptions, type LineOptions, lineImage } from "./line.ts";
import { avgPool, maxPool } from "./pool.ts";
import { deep, type Five, type Triple, type VolumeOptions, volumeOptions } from "./volume.ts";

const pool1d = (op: string, pool: typeof maxPool, x: TensorLike, window: number, options: LineOptions): Tensor =>
  imageLine(pool(lineImage(op, x), [1, window], imageOptions({ ...options, strides: options.strides ?? window })));

/** The largest value of each window of sequences `[batch, steps, channels]`; strides default to the window. */
export const maxPool1d = (x: TensorLike, window: number, options: LineOptions = {}): Tensor =>
  pool1d("maxPool1d", maxPool, x, window, options);
/** The mean of each window of sequences; padding does not count. */
export const avgPool1d = (x: TensorLike, window: number, options: LineOptions = {}): Tensor =>
  pool1d("avgPool1d", avgPool, x, window, options);

/** Planes first, then along depth: a maximum of maxima, or a mean of means, whose counts multiply. */
function pool3d(op: string, pool: typeof maxPool, x: TensorLike, window: number | Triple, options: VolumeOptions): Tensor {
  const t = toTensor(op, x);
  if (t.rank !== 5) throw new ShapeError(op, "needs volumes [batch, depth, height, width, channels]", { got: [t.spec] });
  const [[depth, along], [plane, across]] = volumeOptions(op, window, { ...options, strides: options.strides ?? window });
  const [n, d, ...image] = t.dims as Five;
  const y = pool(reshape(t, [mulDim(op, n, d), ...image]), plane, across);
  const [, h, w, c] = y.dims as readonly [Dim, Dim, Dim, Dim];
  const z = pool(deep(reshape(y, [n, d, h, w, c])), depth, along);
  return reshape(z, [n, z.dims[1]!, h, w, c]);
}
/**
 * The largest value of each window of volumes. The padding counts as −∞.
 * @param x `[batch, depth, height, width, channels]`
 * @param options strides default to the window
 * @example
 * maxPool3d(ones([1, 4, 4, 4, 2]), 2).shape; // [1, 2, 2, 2, 2]
 */
export const maxPool3d = (x: TensorLike, window: number | Triple, options: VolumeOptions = {}): Tensor =>
  pool3d("maxPool3d", maxPool, x, window, options);
/** The mean of each window of volumes; padding does not count. As `maxPool3d` otherwise. */
export const avgPool3d = (x: TensorLike, window: number | Triple, options: VolumeOptions = {}): Tensor =>
  pool3d("avgPool3d", avgPool, x, window, options);
