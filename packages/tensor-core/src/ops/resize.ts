/** Images in other sizes. Pixels are squares: the centre of pixel i lies at i + ½, as in TensorFlow 2 and Keras. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import { check } from "../forms.ts";
import type { Op } from "../op.ts";
import {
  abs,
  add,
  cast,
  clipByValue,
  div,
  floorDiv,
  iota,
  less,
  lessEqual,
  maximum,
  mod,
  mul,
  reshape,
  sin,
  sub,
  sum,
  transpose,
  where,
} from "../primitives.ts";
import * as s from "../scalar.ts";
import { known, mulDim } from "../shape.ts";
import { makeSpec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims } from "./arrays.ts";
import { matMul } from "./matmul.ts";
import { type Pair, pair } from "./window.ts";

export interface ResizeOptions {
  /** Where an image becomes smaller, average over all that falls into a pixel. Default false. */
  readonly antialias?: boolean | undefined;
}
interface Resample {
  /** The axis is the second of three: `[before, from, after]` becomes `[before, to, after]`. */
  readonly from: number;
  readonly to: number;
  readonly antialias: boolean;
  /** The gradient: from `to` to `from`, with the weights transposed. */
  readonly adjoint: boolean;
}

/** How much a pixel at a distance counts. */
type Kernel = (distance: Tensor) => Tensor;

/** What each of `from` pixels gives to each of `to`, as a matrix whose rows add up to 1. */
function weights(kernel: Kernel, { from, to, antialias }: Resample, like: Tensor): Tensor {
  const centre = sub(mul(add(iota([to, 1], 0, like.dtype), 0.5), from / to), 0.5);
  const distance = abs(sub(centre, iota([1, from], 1, like.dtype)));
  const w = kernel(antialias && from > to ? mul(distance, to / from) : distance);
  return div(w, sum(w, { axis: 1, keepDims: true }));
}
/** Where each new centre lies, from one old centre to the next: whole numbers of `1 / (2 · to)`, so nothing is rounded. */
const steps = ({ from, to }: Resample): { readonly each: number; readonly first: number; readonly whole: number } => ({
  each: 2 * from,
  first: from - to,
  whole: 2 * to,
});
/** The old pixel before each new centre, or the one behind; those at the edge stand for what is beyond. */
const neighborOp: Op<Resample & { readonly behind: 0 | 1 }> = {
  name: "neighborPixel",
  infer: ([x], { to }) => [makeSpec([x!.shape[0]!, to, x!.shape[2]!], x!.dtype)],
  how: {
    kind: "view",
    at([a, i, b], attrs) {
      const { each, first, whole } = steps(attrs);
      const place = s.floorDiv(s.add(s.mul(i!, s.int(each)), s.int(first)), s.int(whole));
      const inside = s.min(s.max(s.add(place, s.int(attrs.behind)), s.int(0)), s.int(attrs.from - 1));
      return [{ input: 0, index: [a!, inside, b!] }];
    },
  },
};
/** The straight line between two neighbours: what the kernel of `resizeBilinear` comes to, without its zeros. */
function between(x: Tensor, attrs: Resample): Tensor {
  const { each, first, whole } = steps(attrs);
  const place = mod(add(mul(iota([attrs.to, 1]), each), first), whole);
  const [before, behind] = ([0, 1] as const).map((at) => apply(neighborOp, [x], { ...attrs, behind: at })) as [Tensor, Tensor];
  return add(before, mul(sub(behind, before), div(cast(place, x.dtype), whole)));
}

/** What lies around each old centre: the new pixels less than one old pixel away, first to last, and none beyond the image. */
const aroundOp: Op<Resample & { readonly count: number }> = {
  name: "aroundPixel",
  infer: ([dy], { from, count }) => [makeSpec([dy!.shape[0]!, from, count, dy!.shape[2]!], dy!.dtype)],
  how: {
    kind: "view",
    fill: () => 0,
    at([a, j, k, b], attrs) {
      const { each, first, whole } = steps(attrs);
      const begin = s.floorDiv(s.add(s.mul(j!, s.int(whole)), s.int(-whole - first)), s.int(each));
      const i = s.add(s.add(begin, s.int(1)), k!);
      return [{ input: 0, index: [a!, i, b!], valid: s.within(i, attrs.to) }];
    },
  },
};
/** The gradient of `between`: each old pixel gathers what it gave. */
function gathered(dy: Tensor, attrs: Resample): Tensor {
  const { from, to } = attrs;
  const { each, first, whole } = steps(attrs);
  const count = Math.ceil((2 * to) / from) + 1;
  const old = mul(iota([from, count], 0), whole);
  const i = add(add(floorDiv(sub(old, whole + first), each), 1), iota([from, count], 1));
  const place = clipByValue(add(mul(i, each), first), 0, whole * (from - 1));
  const share = maximum(sub(1, div(cast(abs(sub(place, old)), dy.dtype), whole)), 0);
  return sum(mul(apply(aroundOp, [dy], { ...attrs, count }), expandDims(share, -1)), { axis: 2 });
}

/**
 * A way to resize, from its kernel.
 * @param few a faster way where every new pixel sees as many old ones as the kernel is wide, and its gradient
 */
/* @__NO_SIDE_EFFECTS__ */
function resampling(
  name: string,
  kernel: Kernel,
  few?: { readonly there: typeof between; readonly back: typeof between },
): (x: TensorLike, size: number | Pair, options?: ResizeOptions) => Tensor {
  const op: Op<Resample> = {
    name,
    infer([x], { from, to, adjoint }) {
      check(name, [x!], "float");
      return [makeSpec([x!.shape[0]!, adjoint ? from : to, x!.shape[2]!], x!.dtype)];
    },
    vjp: ([dy], _x, _y, attrs) => [apply(op, [dy!], { ...attrs, adjoint: !attrs.adjoint })],
    how: {
      kind: "composite",
      expand([x], attrs) {
        if (few && !(attrs.antialias && attrs.from > attrs.to)) return [(attrs.adjoint ? few.back : few.there)(x!, attrs)];
        const w = weights(kernel, attrs, x!);
        return [matMul(attrs.adjoint ? transpose(w) : w, x!)];
      },
    },
  };
  return (x, size, { antialias = false } = {}) =>
    bothAxes(name, x, size, (t, from, to) => apply(op, [t], { from, to, antialias, adjoint: false }));
}

/** Height, then width, each as the middle one of three axes. */
export function bothAxes(op: string, x: TensorLike, size: number | Pair, along: (x: Tensor, from: number, to: number) => Tensor): Tensor {
  const t = toTensor(op, x);
  if (t.rank !== 4) throw new ShapeError(op, "needs images [batch, height, width, channels]", { got: [t.spec] });
  const [height, width] = pair(op, "the size", size);
  const [n, , , c] = t.dims as [(typeof t.dims)[number], unknown, unknown, (typeof t.dims)[number]];
  const [h, w] = [known(op, t.dims[1]!), known(op, t.dims[2]!)];
  const tall = h === height ? t : along(reshape(t, [n, h, mulDim(op, c, w)]), h, height);
  const wide = w === width ? tall : along(reshape(tall, [mulDim(op, n, height), w, c]), w, width);
  return reshape(wide, [n, height, width, c]);
}

const cubic: Kernel = (d) => {
  const near = add(mul(mul(sub(mul(d, 1.5), 2.5), d), d), 1);
  const far = add(mul(sub(mul(add(mul(d, -0.5), 2.5), d), 4), d), 2);
  return where(less(d, 1), near, where(less(d, 2), far, 0));
};
const lanczos =
  (radius: number): Kernel =>
  (d) => {
    const angle = mul(maximum(d, 1e-3), Math.PI);
    const windowed = div(mul(mul(sin(angle), sin(mul(angle, 1 / radius))), radius), mul(angle, angle));
    return where(lessEqual(d, 1e-3), 1, where(less(d, radius), windowed, 0));
  };

/**
 * Images in another size: each pixel a mean of the four nearest, weighted by nearness; `tf.image.resize`'s "bilinear".
 * @param x floats `[batch, height, width, channels]`
 * @param size `[newHeight, newWidth]`
 * @example
 * resizeBilinear(ones([1, 4, 4, 3]), [8, 6]).shape; // [1, 8, 6, 3]
 */
export const resizeBilinear: ReturnType<typeof resampling> = /* @__PURE__ */ resampling("resizeBilinear", (d) => maximum(sub(1, d), 0), {
  there: between,
  back: gathered,
});
/** As `resizeBilinear`, with Keys's cubic of sixteen pixels (a = −½). */
export const resizeBicubic: ReturnType<typeof resampling> = /* @__PURE__ */ resampling("resizeBicubic", cubic);
/** As `resizeBilinear`, with Lanczos's kernel of radius 3. */
export const resizeLanczos3: ReturnType<typeof resampling> = /* @__PURE__ */ resampling("resizeLanczos3", /* @__PURE__ */ lanczos(3));
/** As `resizeBilinear`, with Lanczos's kernel of radius 5. */
export const resizeLanczos5: ReturnType<typeof resampling> = /* @__PURE__ */ resampling("resizeLanczos5", /* @__PURE__ */ lanczos(5));
