/** Sequences as images of height 1: what is done along lines is done by the ops for images, and costs no copy. */
import { type TensorLike, toTensor } from "../convert.ts";
import { ShapeError } from "../errors.ts";
import { reshape } from "../primitives.ts";
import type { Dim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Pair, WindowOptions } from "./window.ts";

export interface LineOptions {
  readonly strides?: number | undefined;
  /** "valid": none; "same": TensorFlow's, the odd one at the end; or [before, after]. Default "valid". */
  readonly padding?: "valid" | "same" | Pair | undefined;
  readonly dilations?: number | undefined;
}

/** The same options for images of height 1. */
export const imageOptions = ({ strides = 1, padding = "valid", dilations = 1 }: LineOptions): WindowOptions => ({
  strides: [1, strides],
  padding: typeof padding === "string" ? padding : [[0, 0], padding],
  dilations: [1, dilations],
});

/** `[batch, steps, channels]` as `[batch, 1, steps, channels]`. */
export function lineImage(op: string, x: TensorLike): Tensor {
  const t = toTensor(op, x);
  if (t.rank !== 3) throw new ShapeError(op, "needs sequences [batch, steps, channels]", { got: [t.spec] });
  const [n, steps, channels] = t.dims as readonly [Dim, Dim, Dim];
  return reshape(t, [n, 1, steps, channels]);
}
/** And back. */
export function imageLine(x: Tensor): Tensor {
  const [n, , steps, channels] = x.dims as readonly [Dim, Dim, Dim, Dim];
  return reshape(x, [n, steps, channels]);
}
/** A filter `[width, …]` as `[1, width, …]`. */
export function lineFilter(op: string, filter: TensorLike, rank: number, form: string): Tensor {
  const w = toTensor(op, filter);
  if (w.rank !== rank) throw new ShapeError(op, `needs filters ${form}`, { got: [w.spec] });
  return reshape(w, [1, ...w.dims]);
}
