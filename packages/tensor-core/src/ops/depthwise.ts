/** Depthwise convolution, each channel with filters of its own, and the separable one that mixes the channels afterwards. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import { broadcastTo, mul, reshape, sum } from "../primitives.ts";
import { type Dim, known, mulDim, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Bilinear, bilinear } from "./bilinear.ts";
import { conv2d } from "./conv.ts";
import { conv1d } from "./conv1d.ts";
import { imageLine, imageOptions, type LineOptions, lineFilter, lineImage } from "./line.ts";
import { type Geometry, geometry, type Pair, patches, perWindow, unpatches, type WindowOptions, windowCounts } from "./window.ts";

type Four = readonly [Dim, Dim, Dim, Dim];

/** A filter `[height, width, channels, filters]` as one of so many channels with a filter each. */
const onePerChannel = (w: Shape): Shape => [...w.slice(0, 2), mulDim("depthwiseConv2d", w[2]!, w[3]!), 1];
/** Each channel as often as it has filters, side by side. */
function repeated(x: Tensor, filters: Dim): Tensor {
  const [n, h, w, c] = x.dims as Four;
  const copies = broadcastTo(reshape(x, [...x.dims, 1]), [...x.dims, filters]);
  return reshape(copies, [n, h, w, mulDim("depthwiseConv2d", c, filters)]);
}

/** Channels with several filters are more channels with one: that is what devices may have kernels for. */
export const depthwiseOps: Bilinear<Geometry> = /* @__PURE__ */ bilinear<Geometry>("depthwiseConv2d", {
  shape([x, w], g) {
    const [n, , , c] = x!.shape as Four;
    if (w!.shape.length !== 4 || w!.shape[2] !== c)
      throw new ShapeError("depthwiseConv2d", "needs filters [height, width, channels, filters for each channel]", { got: [x!, w!] });
    return [n, ...windowCounts("depthwiseConv2d", x!.shape, g), mulDim("depthwiseConv2d", c, w!.shape[3]!)];
  },
  forward(x, w, g) {
    const [kh, kw, c, m] = w.dims as Four;
    if (m !== 1) return apply(depthwiseOps.op, [repeated(x, m), reshape(w, onePerChannel(w.dims))], g);
    return sum(mul(patches(x, g), reshape(w, [kh, kw, c])), { axis: [3, 4] });
  },
  inputGrad(dy, w, { shape, ...g }) {
    const [kh, kw, c, m] = w.dims as Four;
    if (m !== 1) {
      const images = [...shape.slice(0, 3), dy.dims[3]!];
      const dx = apply(depthwiseOps.inputGrad, [dy, reshape(w, onePerChannel(w.dims))], { ...g, shape: images });
      return sum(reshape(dx, [...shape, m]), { axis: 4 });
    }
    return sum(mul(unpatches(perWindow(dy, g.window), g, shape), reshape(w, [kh, kw, c])), { axis: [3, 4] });
  },
  filterGrad(x, dy, { shape, ...g }) {
    const [n, oh, ow, c] = dy.dims as Four;
    const m = shape[3]!;
    if (m !== 1) return reshape(apply(depthwiseOps.filterGrad, [repeated(x, m), dy], { ...g, shape: onePerChannel(shape) }), shape);
    return reshape(sum(mul(patches(x, g), reshape(dy, [n, oh, ow, 1, 1, c])), { axis: [0, 1, 2] }), shape);
  },
});

/**
 * A 2-D convolution of each channel with filters of its own.
 * @param x images `[batch, height, width, channels]`
 * @param filter `[height, width, channels, filters for each channel]`
 * @returns `[batch, newHeight, newWidth, channels · filters]`, the filters of one channel side by side
 * @example
 * depthwiseConv2d(ones([1, 4, 4, 3]), ones([3, 3, 3, 2])).shape; // [1, 2, 2, 6]
 */
export function depthwiseConv2d(x: TensorLike, filter: TensorLike, options: WindowOptions = {}): Tensor {
  const [t, w] = [toTensor("depthwiseConv2d", x), toTensor("depthwiseConv2d", filter)];
  const window = [known("depthwiseConv2d", w.dims[0] ?? 0), known("depthwiseConv2d", w.dims[1] ?? 0)] as Pair;
  return apply(depthwiseOps.op, [t, w], geometry("depthwiseConv2d", t, window, options));
}
/** `depthwiseConv2d` of sequences `[batch, steps, channels]` with filters `[width, channels, filters for each channel]`. */
export function depthwiseConv1d(x: TensorLike, filter: TensorLike, options: LineOptions = {}): Tensor {
  const w = lineFilter("depthwiseConv1d", filter, 3, "[width, channels, filters for each channel]");
  return imageLine(depthwiseConv2d(lineImage("depthwiseConv1d", x), w, imageOptions(options)));
}

/**
 * A depthwise convolution, and then one of windows of size 1 that mixes the channels.
 * @param depthwiseFilter as `depthwiseConv2d` takes it
 * @param pointwiseFilter `[1, 1, channels · filters, out]`
 */
export const separableConv2d = (
  x: TensorLike,
  depthwiseFilter: TensorLike,
  pointwiseFilter: TensorLike,
  options: WindowOptions = {},
): Tensor => conv2d(depthwiseConv2d(x, depthwiseFilter, options), pointwiseFilter);
/** `separableConv2d` of sequences, with filters `[width, channels, filters]` and `[1, channels · filters, out]`. */
export const separableConv1d = (
  x: TensorLike,
  depthwiseFilter: TensorLike,
  pointwiseFilter: TensorLike,
  options: LineOptions = {},
): Tensor => conv1d(depthwiseConv1d(x, depthwiseFilter, options), pointwiseFilter);
