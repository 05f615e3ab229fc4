/** Convolution of sequences. */
import type { TensorLike } from "../convert.ts";
import type { Tensor } from "../tensor.ts";
import { conv2d } from "./conv.ts";
import { imageLine, imageOptions, type LineOptions, lineFilter, lineImage } from "./line.ts";

export interface Conv1dOptions extends LineOptions {
  /** Channels are cut into so many groups that do not mix. */
  readonly groups?: number | undefined;
}

/**
 * A 1-D convolution (cross-correlation, as everywhere in deep learning).
 * @param x sequences `[batch, steps, in]`
 * @param filter `[width, in / groups, out]`
 * @returns `[batch, newSteps, out]`
 * @example
 * conv1d(ones([1, 8, 2]), ones([3, 2, 4]), { padding: "same", strides: 2 }).shape; // [1, 4, 4]
 */
export function conv1d(x: TensorLike, filter: TensorLike, options: Conv1dOptions = {}): Tensor {
  const w = lineFilter("conv1d", filter, 3, "[width, in, out]");
  return imageLine(conv2d(lineImage("conv1d", x), w, { ...imageOptions(options), groups: options.groups }));
}
