/** Elements repeated, and images whose pixels are. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import type { Op } from "../op.ts";
import { broadcastTo, cast, equal, iota, reshape } from "../primitives.ts";
import * as s from "../scalar.ts";
import { checkSizes, mulDim, normalizeAxis } from "../shape.ts";
import { makeSpec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { matMul } from "./matmul.ts";
import { bothAxes } from "./resize.ts";
import type { Pair } from "./window.ts";

/**
 * Each element along an axis `times` times, one after another.
 * @example
 * repeatElements(tensor([1, 2]), 3); // [1, 1, 1, 2, 2, 2]
 */
export function repeatElements(x: TensorLike, times: number, axis = 0): Tensor {
  const t = toTensor("repeatElements", x);
  checkSizes("repeatElements", [times]);
  const at = normalizeAxis("repeatElements", axis, t.rank);
  const [before, after] = [t.dims.slice(0, at + 1), t.dims.slice(at + 1)];
  const wide = broadcastTo(reshape(t, [...before, 1, ...after]), [...before, times, ...after]);
  return reshape(wide, [...t.dims.slice(0, at), mulDim("repeatElements", t.dims[at]!, times), ...after]);
}

interface Nearest {
  readonly from: number;
  readonly to: number;
}
/** The pixel whose square holds a centre, reckoned in float32 as TensorFlow does, whose rounding decides ties. */
function pixel(place: s.Expr, { from, to }: Nearest): s.Expr {
  const float = (v: number): s.Expr => s.num(v, "float32");
  const at = s.mul(s.add(s.cast(place, "float32"), float(0.5)), float(Math.fround(from / to)));
  return s.min(s.cast(s.unary("floor", at), "int32"), s.int(from - 1));
}
/** `[before, from, after]` → `[before, to, after]`. */
const nearestOp: Op<Nearest> = {
  name: "nearest",
  infer: ([x], { to }) => [makeSpec([x!.shape[0]!, to, x!.shape[2]!], x!.dtype)],
  vjp: ([dy], _x, _y, attrs) => [apply(nearestGradOp, [dy!], attrs)],
  how: { kind: "view", at: ([a, i, b], attrs) => [{ input: 0, index: [a!, pixel(i!, attrs), b!] }] },
};
/** Which pixel each place shows. */
const shownOp: Op<Nearest> = {
  name: "nearestPixel",
  infer: (_, { to }) => [makeSpec([to], "int32")],
  how: { kind: "source", element: ([i], attrs) => pixel(i!, attrs) },
};
const nearestGradOp: Op<Nearest> = {
  name: "nearestGrad",
  infer: ([dy], { from }) => [makeSpec([dy!.shape[0]!, from, dy!.shape[2]!], dy!.dtype)],
  vjp: ([ddx], _x, _y, attrs) => [apply(nearestOp, [ddx!], attrs)],
  how: {
    kind: "composite",
    expand([dy], attrs) {
      const shows = equal(iota([attrs.from, 1]), apply(shownOp, [], attrs));
      return [matMul(cast(shows, dy!.dtype), dy!)];
    },
  },
};

/**
 * Images in another size: each pixel is the nearest one's; `tf.image.resize`'s "nearest".
 * @param x `[batch, height, width, channels]`
 * @param size `[newHeight, newWidth]`
 */
export const resizeNearestNeighbor = (x: TensorLike, size: number | Pair): Tensor =>
  bothAxes("resizeNearestNeighbor", x, size, (t, from, to) =>
    to % from === 0 ? repeatElements(t, to / from, 1) : apply(nearestOp, [t], { from, to }),
  );
