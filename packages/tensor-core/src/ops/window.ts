/** Windows over images: the geometry of convolution and pooling, and the two views that everything else is written with. */
import { apply } from "../dispatch.ts";
import { ShapeError, ValueError } from "../errors.ts";
import type { Op } from "../op.ts";
import { broadcastTo, reshape } from "../primitives.ts";
import * as s from "../scalar.ts";
import { addDim, type Dim, floorDivDim, isKnown, known, type Shape } from "../shape.ts";
import { makeSpec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";

export type Pair = readonly [number, number];
/** Rows or columns added before and after. */
export type Padding = "valid" | "same" | readonly [Pair, Pair];

/** How windows lie on an image; all in [height, width] order. */
export interface Geometry {
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: readonly [Pair, Pair];
}
export interface WindowOptions {
  readonly strides?: number | Pair | undefined;
  /** "valid": none; "same": TensorFlow's, the odd one at the end; or [[top, bottom], [left, right]]. Default "valid". */
  readonly padding?: Padding | undefined;
  readonly dilations?: number | Pair | undefined;
}

export const pair = (op: string, what: string, x: number | Pair): Pair => {
  const p: Pair = typeof x === "number" ? [x, x] : x;
  if (p.length !== 2 || !p.every((n) => Number.isInteger(n) && n > 0))
    throw new ValueError(op, `${what} must be positive integers, got ${JSON.stringify(x)}`);
  return p;
};

/** Fills in what the options leave out, for an image `[n, h, w, c]`. */
export function geometry(
  op: string,
  x: Pick<Tensor, "rank" | "dims" | "spec">,
  windowSize: number | Pair,
  options: WindowOptions,
): Geometry {
  if (x.rank !== 4) throw new ShapeError(op, "needs images [batch, height, width, channels]", { got: [x.spec] });
  const window = pair(op, "the window", windowSize);
  const strides = pair(op, "strides", options.strides ?? 1);
  const dilations = pair(op, "dilations", options.dilations ?? 1);
  const how = options.padding ?? "valid";
  const padding =
    typeof how === "string"
      ? ([0, 1].map((a) => autoPad(op, how, x.dims[a + 1]!, window[a]!, strides[a]!, dilations[a]!)) as [Pair, Pair])
      : how;
  return { window, strides, dilations, padding };
}
function autoPad(op: string, how: string, size: Dim, window: number, stride: number, dilation: number): Pair {
  if (how === "valid") return [0, 0];
  if (how !== "same") throw new ValueError(op, `padding must be "valid", "same" or numbers, got "${how}"`);
  const reach = (window - 1) * dilation + 1;
  // With stride 1 the padding does not depend on the size.
  const last = stride === 1 ? stride : known(op, size) % stride || stride;
  const total = Math.max(0, reach - last);
  return [total >> 1, total - (total >> 1)];
}

/** How many windows fit along both axes. */
export function windowCounts(op: string, shape: Shape, { window, strides, dilations, padding }: Geometry): readonly [Dim, Dim] {
  return [0, 1].map((a) => {
    const room = addDim(shape[a + 1]!, padding[a]![0] + padding[a]![1] - (window[a]! - 1) * dilations[a]! - 1);
    if (isKnown(room) && room < 0)
      throw new ShapeError(op, `the window ${window.join("×")} does not fit the image`, {
        got: [{ shape }],
        hint: 'padding: "same" makes room.',
      });
    return addDim(floorDivDim(op, room, strides[a]!), 1);
  }) as [Dim, Dim];
}

interface PatchAttrs extends Geometry {
  readonly fill: number;
  /** The image's shape [n, h, w, c]. */
  readonly image: Shape;
}
/** From `[n, h, w, kh, kw, c]`, where the element of window place (ky, kx) lies at image place (y, x), to `[n, oh, ow, kh, kw, c]`. */
const patchOp: Op<PatchAttrs> = {
  name: "patches",
  infer([x], attrs) {
    const [n, , , kh, kw, c] = x!.shape as [Dim, Dim, Dim, Dim, Dim, Dim];
    return [makeSpec([n, ...windowCounts("patches", x!.shape, attrs), kh, kw, c], x!.dtype)];
  },
  vjp: ([dy], _x, _y, attrs) => [apply(unpatchOp, [dy!], attrs)],
  how: {
    kind: "view",
    fill: (a) => a.fill,
    at([n, oy, ox, ky, kx, c], { strides, dilations, padding }, [x]) {
      const place = (o: s.Expr, k: s.Expr, a: 0 | 1): s.Expr =>
        s.add(s.add(s.mul(o, s.int(strides[a])), s.mul(k, s.int(dilations[a]))), s.int(-padding[a][0]));
      const [y, xx] = [place(oy!, ky!, 0), place(ox!, kx!, 1)];
      const valid = [
        ...(padded(padding[0]) ? [s.within(y, x!.shape[1]!)] : []),
        ...(padded(padding[1]) ? [s.within(xx, x!.shape[2]!)] : []),
      ];
      return [{ input: 0, index: [n!, y, xx, ky!, kx!, c!], valid: valid.length ? valid.reduce(s.and) : undefined }];
    },
  },
};
const padded = ([before, after]: Pair): boolean => before > 0 || after > 0;

/** Back: each window element at the image place it came from, zero where no window has one. */
const unpatchOp: Op<PatchAttrs> = {
  name: "unpatches",
  infer([p], { image }) {
    const [n, , , kh, kw, c] = p!.shape as [Dim, Dim, Dim, Dim, Dim, Dim];
    return [makeSpec([n, image[1]!, image[2]!, kh, kw, c], p!.dtype)];
  },
  vjp: ([dy], _x, _y, attrs) => [apply(patchOp, [dy!], { ...attrs, fill: 0 })],
  how: {
    kind: "view",
    fill: (a) => a.fill,
    at([n, y, x, ky, kx, c], { strides, dilations, padding }, [p]) {
      const valid: s.Expr[] = [];
      const place = (i: s.Expr, k: s.Expr, a: 0 | 1): s.Expr => {
        const offset = s.sub(s.add(i, s.int(padding[a][0])), s.mul(k, s.int(dilations[a])));
        const stride = s.int(strides[a]);
        const o = strides[a] === 1 ? offset : s.floorDiv(offset, stride);
        if (strides[a] !== 1) valid.push(s.eq(s.mod(offset, stride), s.int(0)));
        valid.push(s.within(o, p!.shape[a + 1]!));
        return o;
      };
      const index = [n!, place(y!, ky!, 0), place(x!, kx!, 1), ky!, kx!, c!];
      return [{ input: 0, index, valid: valid.reduce(s.and) }];
    },
  },
};

/** Every window of images `[n, h, w, c]`, as `[n, oh, ow, kh, kw, c]`; `fill` beyond the edge. */
export function patches(x: Tensor, g: Geometry, fill = 0): Tensor {
  const [n, h, w, c] = x.dims as [Dim, Dim, Dim, Dim];
  const wide = broadcastTo(reshape(x, [n, h, w, 1, 1, c]), [n, h, w, ...g.window, c]);
  return apply(patchOp, [wide], { ...g, fill, image: x.dims });
}
/** What each image place is in each window: `[n, h, w, kh, kw, c]` of windows `[n, oh, ow, kh, kw, c]`. */
export const unpatches = (p: Tensor, g: Geometry, image: Shape, fill = 0): Tensor => apply(unpatchOp, [p], { ...g, fill, image });

/** One value a window, seen by all its places: `[n, oh, ow, c]` → `[n, oh, ow, kh, kw, c]`. */
export function perWindow(y: Tensor, [kh, kw]: Pair): Tensor {
  const [n, oh, ow, c] = y.dims as [Dim, Dim, Dim, Dim];
  return broadcastTo(reshape(y, [n, oh, ow, 1, 1, c]), [n, oh, ow, kh, kw, c]);
}
