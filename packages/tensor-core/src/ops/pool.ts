/** Pooling of images and its gradients. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import type { Op } from "../op.ts";
import { argMax, div, equal, iota, max, ones, reshape, sum, where } from "../primitives.ts";
import { type Dim, mulDim, type Shape } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { beforeUnpooling } from "./unpooled.ts";
import { type Geometry, geometry, type Pair, patches, perWindow, unpatches, type WindowOptions, windowCounts } from "./window.ts";

interface PoolGradAttrs extends Geometry {
  /** The shape of the images. */
  readonly shape: Shape;
}

const pooled = (op: string, [x]: readonly Spec[], g: Geometry): Shape => {
  if (!isFloat(x!.dtype)) throw new DTypeError(op, "takes floats", { got: [x!] });
  const [n, , , c] = x!.shape as [Dim, Dim, Dim, Dim];
  return [n, ...windowCounts(op, x!.shape, g), c];
};
/** Each image element's place in its image, `(y · w + x) · c + channel`, as TensorFlow's argmax counts. */
const places = (shape: Shape): Tensor => {
  const [, h, w, c] = shape as [Dim, Dim, Dim, Dim];
  return reshape(iota([mulDim("maxPool", mulDim("maxPool", h, w), c)]), [1, h, w, c]);
};

/** Outputs: the maxima, and (hidden) where each was. */
export const maxPoolOp: Op<Geometry> = {
  name: "maxPool",
  infer(inputs, g) {
    const shape = pooled("maxPool", inputs, g);
    return [makeSpec(shape, inputs[0]!.dtype), makeSpec(shape, "int32")];
  },
  visible: () => 1,
  vjp: ([dy], [x], [, at], g) => [dy ? apply(maxPoolGradOp, [dy, at!], { ...g, shape: x!.dims }) : null],
  how: {
    kind: "composite",
    expand([x], g) {
      const p = patches(x!, g, Number.NEGATIVE_INFINITY);
      const [n, oh, ow, , , c] = p.dims as [Dim, Dim, Dim, Dim, Dim, Dim];
      const flat = reshape(p, [n, oh, ow, g.window[0] * g.window[1], c]);
      const which = reshape(argMax(flat, 3), [n, oh, ow, 1, c]);
      const at = reshape(patches(places(x!.dims), g, -1), [1, oh, ow, g.window[0] * g.window[1], c]);
      const hit = equal(which, iota([g.window[0] * g.window[1], 1]));
      return [max(flat, { axis: 3 }), sum(where(hit, at, 0), { axis: 3 })];
    },
  },
};
export const maxPoolGradOp: Op<PoolGradAttrs> = {
  name: "maxPoolGrad",
  infer: ([dy], { shape }) => [makeSpec(shape, dy!.dtype)],
  ahead: (node, reader) => beforeUnpooling(maxPoolOp, node, reader),
  vjp: ([ddx], [, at], _y, { shape: _, ...g }) => [apply(maxPoolPickOp, [ddx!, at!], g), null],
  how: {
    kind: "composite",
    expand([dy, at], { shape, ...g }) {
      const [, h, w, c] = shape as [Dim, Dim, Dim, Dim];
      const from = unpatches(perWindow(dy!, g.window), g, shape);
      const chosen = unpatches(perWindow(at!, g.window), g, shape, -1);
      return [sum(where(equal(chosen, reshape(places(shape), [1, h, w, 1, 1, c])), from, 0), { axis: [3, 4] })];
    },
  },
};
/** Reads images at the places a maxPool chose: the gradient of its gradient. */
const maxPoolPickOp: Op<Geometry> = {
  name: "maxPoolPick",
  infer: ([x, at]) => [makeSpec(at!.shape, x!.dtype)],
  vjp: ([dy], [x, at], _y, g) => [apply(maxPoolGradOp, [dy!, at!], { ...g, shape: x!.dims }), null],
  how: {
    kind: "composite",
    expand([x, at], g) {
      const here = patches(places(x!.dims), g, -1);
      return [sum(where(equal(perWindow(at!, g.window), here), patches(x!, g), 0), { axis: [3, 4] })];
    },
  },
};

/** How many places of each window lie inside the image. */
const counts = (shape: Shape, g: Geometry, like: Tensor): Tensor => {
  const [, h, w] = shape as [Dim, Dim, Dim, Dim];
  return sum(patches(ones([1, h, w, 1], like.dtype), g), { axis: [3, 4] });
};
export const avgPoolOp: Op<Geometry> = {
  name: "avgPool",
  infer: (inputs, g) => [makeSpec(pooled("avgPool", inputs, g), inputs[0]!.dtype)],
  vjp: ([dy], [x], _y, g) => [apply(avgPoolGradOp, [dy!], { ...g, shape: x!.dims })],
  how: { kind: "composite", expand: ([x], g) => [div(sum(patches(x!, g), { axis: [3, 4] }), counts(x!.dims, g, x!))] },
};
export const avgPoolGradOp: Op<PoolGradAttrs> = {
  name: "avgPoolGrad",
  infer: ([dy], { shape }) => [makeSpec(shape, dy!.dtype)],
  vjp: ([ddx], _x, _y, { shape: _, ...g }) => [apply(avgPoolOp, [ddx!], g)],
  how: {
    kind: "composite",
    expand: ([dy], { shape, ...g }) => [sum(unpatches(perWindow(div(dy!, counts(shape, g, dy!)), g.window), g, shape), { axis: [3, 4] })],
  },
};

/**
 * The largest value of each window. The padding counts as −∞.
 * @param x images `[batch, height, width, channels]`
 * @param options strides default to the window
 * @example
 * maxPool(ones([1, 4, 4, 2]), 2).shape; // [1, 2, 2, 2]
 */
export function maxPool(x: TensorLike, window: number | Pair, options: WindowOptions = {}): Tensor {
  const t = toTensor("maxPool", x);
  return apply(maxPoolOp, [t], geometry("maxPool", t, window, { ...options, strides: options.strides ?? window }));
}
/** The mean of each window; padding does not count. As `maxPool` otherwise. */
export function avgPool(x: TensorLike, window: number | Pair, options: WindowOptions = {}): Tensor {
  const t = toTensor("avgPool", x);
  return apply(avgPoolOp, [t], geometry("avgPool", t, window, { ...options, strides: options.strides ?? window }));
}
