/** Windows over volumes `[batch, depth, height, width, channels]`: a window along depth, and one over each plane. */
import { ShapeError, ValueError } from "../errors.ts";
import { reshape } from "../primitives.ts";
import { type Dim, mulDim, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Geometry, geometry, type Pair, type WindowOptions } from "./window.ts";

export type Triple = readonly [number, number, number];
export interface VolumeOptions {
  readonly strides?: number | Triple | undefined;
  /** "valid": none; "same": TensorFlow's, the odd one at the end; or [before, after] for depth, height and width. Default "valid". */
  readonly padding?: "valid" | "same" | readonly [Pair, Pair, Pair] | undefined;
  readonly dilations?: number | Triple | undefined;
}
/** How windows lie on volumes: along depth, as on images `[n, depth, 1, c]`, and on planes. */
export interface VolumeGeometry {
  readonly depth: Geometry;
  readonly plane: Geometry;
}
/** What `geometry` looks at. */
type Sized = Parameters<typeof geometry>[1];
export type Five = readonly [Dim, Dim, Dim, Dim, Dim];

const triple = (op: string, what: string, x: number | Triple): Triple => {
  const t: Triple = typeof x === "number" ? [x, x, x] : x;
  if (t.length !== 3) throw new ValueError(op, `${what} must be one number or three, got ${JSON.stringify(x)}`);
  return t;
};

/** Options for volumes as options along depth and options for planes. */
export function volumeOptions(
  op: string,
  windowSize: number | Triple,
  options: VolumeOptions,
): readonly [[Pair, WindowOptions], [Pair, WindowOptions]] {
  const [kd, kh, kw] = triple(op, "the window", windowSize);
  const [sd, sh, sw] = triple(op, "strides", options.strides ?? 1);
  const [dd, dh, dw] = triple(op, "dilations", options.dilations ?? 1);
  const { padding = "valid" } = options;
  const auto = typeof padding === "string";
  return [
    [[kd, 1], { strides: [sd, 1], dilations: [dd, 1], padding: auto ? padding : [padding[0], [0, 0]] }],
    [[kh, kw], { strides: [sh, sw], dilations: [dh, dw], padding: auto ? padding : [padding[1], padding[2]] }],
  ];
}
export function volumeGeometry(op: string, x: Sized, windowSize: number | Triple, options: VolumeOptions): VolumeGeometry {
  if (x.rank !== 5) throw new ShapeError(op, "needs volumes [batch, depth, height, width, channels]", { got: [x.spec] });
  const [[depth, along], [plane, across]] = volumeOptions(op, windowSize, options);
  const [n, d, h, w, c] = x.dims as Five;
  const seen = (dims: Shape): Sized => ({ rank: 4, dims, spec: x.spec });
  return { depth: geometry(op, seen([n, d, 1, c]), depth, along), plane: geometry(op, seen([n, h, w, c]), plane, across) };
}

/** `[n, depth, height, width, c]` as images `[n, depth, 1, height · width · c]`: windows along depth are windows over those. */
export const deep = (x: Tensor): Tensor => {
  const [n, d, h, w, c] = x.dims as Five;
  return reshape(x, [n, d, 1, mulDim("volume", mulDim("volume", h, w), c)]);
};
