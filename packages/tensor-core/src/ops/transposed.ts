/** Transposed convolution: what a convolution does to gradients, as a layer that makes images larger. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply, sameDType } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import { addDim, type Dim, known, mulDim, type Shape } from "../shape.ts";
import { makeSpec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { type ConvOptions, conv2dInputGradOp } from "./conv.ts";
import type { Conv1dOptions } from "./conv1d.ts";
import { type Conv3dOptions, conv3dOps, windowOf } from "./conv3d.ts";
import { imageLine, imageOptions, lineFilter, lineImage } from "./line.ts";
import { type Triple, volumeGeometry, volumeOptions } from "./volume.ts";
import { geometry, type Pair, type WindowOptions, windowCounts } from "./window.ts";

/** How large the result is; what several inputs sizes of a strided convolution have in common, its output's size, leaves that open. */
interface Sizes<T> {
  /** The sizes of the result, without batch and channels. */
  readonly outputShape?: T | undefined;
  /** What the result has beyond the least size, as Keras counts it. Not beside `outputShape`. */
  readonly outputPadding?: number | T | undefined;
}
export interface Conv1dTransposeOptions extends Conv1dOptions, Sizes<number> {}
export interface Conv2dTransposeOptions extends ConvOptions, Sizes<Pair> {}
export interface Conv3dTransposeOptions extends Conv3dOptions, Sizes<Triple> {}

const at = (x: number | Pair | undefined, a: 0 | 1): number | undefined => (typeof x === "number" ? x : x?.[a]);

/** The sizes along two axes: as many as make the convolution give the input's sizes; Keras's choice among them. */
function outputSizes(op: string, sizes: readonly Dim[], window: Pair, options: WindowOptions & Sizes<Pair>): Dim[] {
  return sizes.map((size, i) => {
    const a = i as 0 | 1;
    const stride = at(options.strides, a) ?? 1;
    const reach = (window[a] - 1) * (at(options.dilations, a) ?? 1) + 1;
    const more = at(options.outputPadding, a);
    const { padding = "valid" } = options;
    const whole = mulDim(op, size, stride);
    if (options.outputShape) return options.outputShape[a];
    if (padding === "same") return more === undefined ? whole : addDim(whole, (reach % 2) - stride + more);
    const cropped = typeof padding === "string" ? 0 : padding[a]![0] + padding[a]![1];
    return addDim(whole, (more === undefined ? Math.max(reach - stride, 0) : reach - stride + more) - cropped);
  });
}
/** Refuses what a convolution of the result would not give. */
function checkInverse(op: string, x: Tensor, w: Tensor, counts: Shape, groups: number): void {
  sameDType(op, [x.spec, w.spec]);
  const sizes = x.dims.slice(1, -1);
  if (counts.some((d, k) => d !== sizes[k]))
    throw new ShapeError(op, "no convolution makes an output of this shape from the result", {
      got: [x.spec],
      hint: "Check outputShape, outputPadding and strides.",
    });
  if (w.dims.at(-1) !== x.dims.at(-1) || known(op, x.dims.at(-1)!) % groups !== 0)
    throw new ShapeError(op, `filters end in [out / groups, in] with in = ${x.dims.at(-1)}, a multiple of groups = ${groups}`, {
      got: [x.spec, w.spec],
    });
}

/**
 * The transpose of `conv2d`, also called deconvolution: spreads each place over a window, and adds up where windows overlap.
 * @param x images `[batch, height, width, in]`
 * @param filter `[height, width, out / groups, in]`
 * @param options as those of `conv2d`; they mean the convolution from the result to x. The result is `size · stride` large for "same", and
 *   `(size − 1) · stride + max(window, stride)` for "valid", unless `outputShape` or Keras's `outputPadding` say otherwise.
 * @returns `[batch, newHeight, newWidth, out]`
 * @example
 * conv2dTranspose(ones([1, 4, 4, 3]), ones([3, 3, 2, 3]), { strides: 2, padding: "same" }).shape; // [1, 8, 8, 2]
 */
export function conv2dTranspose(x: TensorLike, filter: TensorLike, options: Conv2dTransposeOptions = {}): Tensor {
  const op = "conv2dTranspose";
  const [t, w] = [toTensor(op, x), toTensor(op, filter)];
  if (t.rank !== 4 || w.rank !== 4)
    throw new ShapeError(op, "needs images [batch, height, width, in] and filters [height, width, out, in]", { got: [t.spec, w.spec] });
  const window = w.dims.slice(0, 2).map((d) => known(op, d)) as unknown as Pair;
  const groups = options.groups ?? 1;
  const shape = [t.dims[0]!, ...outputSizes(op, t.dims.slice(1, 3), window, options), mulDim(op, w.dims[2]!, groups)];
  const g = geometry(op, { rank: 4, dims: shape, spec: makeSpec(shape, t.dtype) }, window, options);
  checkInverse(op, t, w, windowCounts(op, shape, g), groups);
  return apply(conv2dInputGradOp, [t, w], { ...g, groups, shape });
}

/** `conv2dTranspose` of sequences `[batch, steps, in]` with filters `[width, out / groups, in]`. */
export function conv1dTranspose(x: TensorLike, filter: TensorLike, options: Conv1dTransposeOptions = {}): Tensor {
  const { groups, outputShape, outputPadding } = options;
  const image = lineImage("conv1dTranspose", x);
  const w = lineFilter("conv1dTranspose", filter, 3, "[width, out, in]");
  return imageLine(
    conv2dTranspose(image, w, {
      ...imageOptions(options),
      groups,
      outputShape: outputShape === undefined ? undefined : [1, outputShape],
      outputPadding: outputPadding === undefined ? undefined : [0, outputPadding],
    }),
  );
}

/** `conv2dTranspose` of volumes `[batch, depth, height, width, in]` with filters `[depth, height, width, out / groups, in]`. */
export function conv3dTranspose(x: TensorLike, filter: TensorLike, options: Conv3dTransposeOptions = {}): Tensor {
  const op = "conv3dTranspose";
  const [t, w] = [toTensor(op, x), toTensor(op, filter)];
  if (t.rank !== 5) throw new ShapeError(op, "needs volumes [batch, depth, height, width, channels]", { got: [t.spec] });
  const window = windowOf(op, w);
  const { groups = 1, outputShape, outputPadding } = options;
  const more = typeof outputPadding === "number" ? ([outputPadding, outputPadding, outputPadding] as const) : outputPadding;
  const [[deep, along], [flat, across]] = volumeOptions(op, window, options);
  const [n, d, ...plane] = t.dims.slice(0, -1) as [Dim, Dim, ...Dim[]];
  const [depth] = outputSizes(op, [d], deep, {
    ...along,
    outputShape: outputShape && [outputShape[0], 1],
    outputPadding: more && [more[0], 0],
  });
  const sizes = outputSizes(op, plane, flat, {
    ...across,
    outputShape: outputShape && [outputShape[1], outputShape[2]],
    outputPadding: more && [more[1], more[2]],
  });
  const shape = [n, depth!, ...sizes, mulDim(op, w.dims[3]!, groups)];
  const g = volumeGeometry(op, { rank: 5, dims: shape, spec: makeSpec(shape, t.dtype) }, window, options);
  const counts = [windowCounts(op, [n, depth!, 1, 1], g.depth)[0], ...windowCounts(op, [n, ...sizes, 1], g.plane)];
  checkInverse(op, t, w, counts, groups);
  return apply(conv3dOps.inputGrad, [t, w], { ...g, groups, shape });
}
