/** Convolution of volumes: of each plane of the result, a 2-D convolution of the planes its window sees, as so many more channels. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import { reshape, sum, transpose } from "../primitives.ts";
import { floorDivDim, known, mulDim, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Bilinear, bilinear } from "./bilinear.ts";
import { conv2dFilterGradOp, conv2dInputGradOp, conv2dOp } from "./conv.ts";
import { deep, type Five, type Triple, type VolumeGeometry, type VolumeOptions, volumeGeometry } from "./volume.ts";
import { patches, unpatches, windowCounts } from "./window.ts";

export interface Conv3dOptions extends VolumeOptions {
  /** Channels are cut into so many groups that do not mix. */
  readonly groups?: number | undefined;
}
interface Conv3dAttrs extends VolumeGeometry {
  readonly groups: number;
}

const product = (...dims: Shape): Shape[number] => dims.reduce((a, b) => mulDim("conv3d", a, b));

/** Volumes as images `[n · newDepth, height, width, groups · kd · c]`, one for each plane of the result. */
function planes(x: Tensor, { depth, groups }: Conv3dAttrs): Tensor {
  const [n, , h, w, c] = x.dims as Five;
  const p = patches(deep(x), depth);
  const [out, kd] = [p.dims[1]!, depth.window[0]];
  const seen = reshape(p, [n, out, kd, h, w, groups, floorDivDim("conv3d", c, groups)]);
  return reshape(transpose(seen, [0, 1, 3, 4, 5, 2, 6]), [product(n, out), h, w, product(c, kd)]);
}
/** The gradient back: each plane's share added where it came from. */
function unplanes(p: Tensor, { depth, groups }: Conv3dAttrs, shape: Shape): Tensor {
  const [n, d, h, w, c] = shape as Five;
  const [kd, each] = [depth.window[0], floorDivDim("conv3d", c, groups)];
  const [out] = windowCounts("conv3d", [n, d, 1, c], depth);
  const seen = transpose(reshape(p, [n, out, h, w, groups, kd, each]), [0, 1, 5, 2, 3, 4, 6]);
  const row = product(h, w, c);
  return reshape(sum(unpatches(reshape(seen, [n, out, 1, kd, 1, row]), depth, [n, d, 1, row]), { axis: [3, 4] }), shape);
}
/** `[kd, kh, kw, in, out]` as `[kh, kw, kd · in, out]`. */
function flatFilter(w: Tensor): Tensor {
  const [kd, kh, kw, ci, co] = w.dims as Five;
  return reshape(transpose(w, [1, 2, 0, 3, 4]), [kh, kw, product(kd, ci), co]);
}
/** `[n, newDepth, …]` as `[n · newDepth, …]`. */
const stacked = (y: Tensor): Tensor => reshape(y, [product(y.dims[0]!, y.dims[1]!), ...y.dims.slice(2)]);

export const conv3dOps: Bilinear<Conv3dAttrs> = /* @__PURE__ */ bilinear<Conv3dAttrs>("conv3d", {
  shape([x, w], { depth, plane, groups }) {
    const [n, d, h, width, c] = x!.shape as Five;
    const [, , , ci, co] = w!.shape as Five;
    const channels = known("conv3d", c);
    if (w!.shape.length !== 5 || ci !== channels / groups || known("conv3d", co) % groups !== 0) {
      throw new ShapeError(
        "conv3d",
        `filters for ${channels} channels in ${groups} group(s) are [depth, height, width, ${channels / groups}, out]`,
        { got: [x!, w!] },
      );
    }
    return [n, windowCounts("conv3d", [n, d, 1, c], depth)[0], ...windowCounts("conv3d", [n, h, width, c], plane), co];
  },
  forward(x, w, attrs) {
    const y = apply(conv2dOp, [planes(x, attrs), flatFilter(w)], { ...attrs.plane, groups: attrs.groups });
    const [n, d, , , c] = x.dims as Five;
    return reshape(y, [n, windowCounts("conv3d", [n, d, 1, c], attrs.depth)[0], ...y.dims.slice(1)]);
  },
  inputGrad(dy, w, attrs) {
    const { shape, plane, groups, depth } = attrs;
    const [, , h, width, c] = shape as Five;
    const images = stacked(dy);
    const seen = [images.dims[0]!, h, width, product(c, depth.window[0])];
    return unplanes(apply(conv2dInputGradOp, [images, flatFilter(w)], { ...plane, groups, shape: seen }), attrs, shape);
  },
  filterGrad(x, dy, attrs) {
    const [kd, kh, kw, ci, co] = attrs.shape as Five;
    const { plane, groups } = attrs;
    const flat = [kh, kw, product(kd, ci), co];
    const dw = apply(conv2dFilterGradOp, [planes(x, attrs), stacked(dy)], { ...plane, groups, shape: flat });
    return transpose(reshape(dw, [kh, kw, kd, ci, co]), [2, 0, 1, 3, 4]);
  },
});

/** The sizes of a filter `[depth, height, width, …]`. */
export const windowOf = (op: string, filter: Tensor): Triple => {
  if (filter.rank !== 5) throw new ShapeError(op, "needs filters [depth, height, width, in, out]", { got: [filter.spec] });
  return filter.dims.slice(0, 3).map((d) => known(op, d)) as unknown as Triple;
};

/**
 * A 3-D convolution (cross-correlation, as everywhere in deep learning).
 * @param x volumes `[batch, depth, height, width, in]`
 * @param filter `[depth, height, width, in / groups, out]`
 * @returns `[batch, newDepth, newHeight, newWidth, out]`
 * @example
 * conv3d(ones([1, 4, 4, 4, 1]), ones([3, 3, 3, 1, 2]), { padding: "same" }).shape; // [1, 4, 4, 4, 2]
 */
export function conv3d(x: TensorLike, filter: TensorLike, options: Conv3dOptions = {}): Tensor {
  const [t, w] = [toTensor("conv3d", x), toTensor("conv3d", filter)];
  return apply(conv3dOps.op, [t, w], { ...volumeGeometry("conv3d", t, windowOf("conv3d", w), options), groups: options.groups ?? 1 });
}
