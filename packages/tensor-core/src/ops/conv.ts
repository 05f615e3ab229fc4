/** Convolution of images and its two gradients, each the others' gradient. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply, sameDType } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import type { Op } from "../op.ts";
import { mul, reshape, sum, transpose } from "../primitives.ts";
import { type Dim, floorDivDim, known, mulDim, type Shape } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { type Geometry, geometry, type Pair, patches, perWindow, unpatches, type WindowOptions, windowCounts } from "./window.ts";

export interface ConvAttrs extends Geometry {
  /** Channels are cut into so many groups that do not mix. */
  readonly groups: number;
}
interface ConvGradAttrs extends ConvAttrs {
  /** The shape of what the gradient is for. */
  readonly shape: Shape;
}
export interface ConvOptions extends WindowOptions {
  readonly groups?: number | undefined;
}

type Four = readonly [Dim, Dim, Dim, Dim];

/** A filter `[kh, kw, in / groups, out]` as `[kh, kw, groups, in / groups, out / groups]`. */
function grouped(w: Tensor, groups: number): Tensor {
  const [kh, kw, ci, co] = w.dims as Four;
  return transpose(reshape(w, [kh, kw, ci, groups, floorDivDim("conv2d", co, groups)]), [0, 1, 3, 2, 4]);
}
/** The last axis cut in groups. */
const cut = (x: Tensor, groups: number): Tensor =>
  reshape(x, [...x.dims.slice(0, -1), groups, floorDivDim("conv2d", x.dims.at(-1)!, groups)]);
const joined = (x: Tensor, axis: number): Tensor =>
  reshape(x, [...x.dims.slice(0, axis), mulDim("conv2d", x.dims[axis]!, x.dims[axis + 1]!), ...x.dims.slice(axis + 2)]);

export const conv2dOp: Op<ConvAttrs> = {
  name: "conv2d",
  infer(inputs, attrs) {
    const [x, w] = inputs as [Spec, Spec];
    sameDType("conv2d", inputs);
    const [, , ci, co] = w.shape as Four;
    const channels = known("conv2d", x.shape[3]!);
    if (w.shape.length !== 4 || ci !== channels / attrs.groups || known("conv2d", co) % attrs.groups !== 0) {
      throw new ShapeError(
        "conv2d",
        `filters for ${channels} channels in ${attrs.groups} group(s) are [height, width, ${channels / attrs.groups}, out]`,
        { got: inputs },
      );
    }
    return [makeSpec([x.shape[0]!, ...windowCounts("conv2d", x.shape, attrs), co], x.dtype)];
  },
  vjp: ([dy], [x, w], _y, attrs) => [
    apply(conv2dInputGradOp, [dy!, w!], { ...attrs, shape: x!.dims }),
    apply(conv2dFilterGradOp, [x!, dy!], { ...attrs, shape: w!.dims }),
  ],
  how: {
    kind: "composite",
    expand([x, w], { groups, ...g }) {
      const p = cut(patches(x!, g), groups); // n oh ow kh kw g ci
      const products = mul(reshape(p, [...p.dims, 1]), grouped(w!, groups));
      return [joined(sum(products, { axis: [3, 4, 6] }), 3)];
    },
  },
};
export const conv2dInputGradOp: Op<ConvGradAttrs> = {
  name: "conv2dInputGrad",
  infer: ([dy], { shape }) => [makeSpec(shape, dy!.dtype)],
  vjp([ddx], [dy, w], _y, { shape: _, ...attrs }) {
    return [apply(conv2dOp, [ddx!, w!], attrs), apply(conv2dFilterGradOp, [ddx!, dy!], { ...attrs, shape: w!.dims })];
  },
  how: {
    kind: "composite",
    expand([dy, w], { groups, shape, ...g }) {
      const p = cut(unpatches(perWindow(dy!, g.window), g, shape), groups); // n h w kh kw g co
      const products = mul(reshape(p, [...p.dims.slice(0, 6), 1, p.dims[6]!]), grouped(w!, groups));
      return [joined(sum(products, { axis: [3, 4, 7] }), 3)];
    },
  },
};
export const conv2dFilterGradOp: Op<ConvGradAttrs> = {
  name: "conv2dFilterGrad",
  infer: ([x], { shape }) => [makeSpec(shape, x!.dtype)],
  vjp([ddw], [x, dy], _y, { shape: _, ...attrs }) {
    return [apply(conv2dInputGradOp, [dy!, ddw!], { ...attrs, shape: x!.dims }), apply(conv2dOp, [x!, ddw!], attrs)];
  },
  how: {
    kind: "composite",
    expand([x, dy], { groups, shape, ...g }) {
      const p = cut(patches(x!, g), groups); // n oh ow kh kw g ci
      const d = cut(dy!, groups); // n oh ow g co
      const [n, oh, ow, , co] = d.dims as readonly [Dim, Dim, Dim, Dim, Dim];
      const products = mul(reshape(p, [...p.dims, 1]), reshape(d, [n, oh, ow, 1, 1, groups, 1, co]));
      return [reshape(transpose(sum(products, { axis: [0, 1, 2] }), [0, 1, 3, 2, 4]), shape)]; // kh kw ci g co
    },
  },
};

/**
 * A 2-D convolution (cross-correlation, as everywhere in deep learning).
 *
 * Backends may sum in another order, or filter minimally (Winograd 1980): the CPU backend computes large convolutions of
 * 3×3 with stride 1 from tiles of 6×6 places. Rounding is then relative to the largest numbers of a tile, and a NaN or an
 * infinity in the images makes results NaN or infinite up to five places around it. Likewise in the gradients.
 * @param x images `[batch, height, width, in]`
 * @param filter `[height, width, in / groups, out]`
 * @returns `[batch, newHeight, newWidth, out]`
 * @example
 * conv2d(ones([1, 4, 4, 1]), ones([3, 3, 1, 2]), { padding: "same" }).shape; // [1, 4, 4, 2]
 */
export function conv2d(x: TensorLike, filter: TensorLike, options: ConvOptions = {}): Tensor {
  const [t, w] = [toTensor("conv2d", x), toTensor("conv2d", filter)];
  const window = [known("conv2d", w.dims[0] ?? 0), known("conv2d", w.dims[1] ?? 0)] as Pair;
  return apply(conv2dOp, [t, w], { ...geometry("conv2d", t, window, options), groups: options.groups ?? 1 });
}
