/** Evenly spaced numbers, coordinate grids, and rolling round. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import { ShapeError, ValueError } from "../errors.ts";
import type { Op } from "../op.ts";
import { add, broadcastTo, iota, less, mul, reshape, where } from "../primitives.ts";
import * as s from "../scalar.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** `num` numbers from start to stop, both included. */
export function linspace(start: number, stop: number, num: number, dtype: DType = "float32"): Tensor {
  if (!Number.isInteger(num) || num < 0) throw new ValueError("linspace", `num must be a count, got ${num}`);
  const place = iota([num], 0, dtype);
  const line = add(mul(place, num > 1 ? (stop - start) / (num - 1) : 0), start);
  // The last is stop itself, whatever the steps before it were rounded to.
  return num > 1 ? where(less(place, num - 1), line, stop) : line;
}

/**
 * For each vector its values over the grid that all of them span.
 * @param options "xy" (default): the first vector runs along columns, as in NumPy; "ij": along rows
 */
export function meshgrid(
  vectors: readonly TensorLike[],
  { indexing = "xy" }: { readonly indexing?: "xy" | "ij" | undefined } = {},
): Tensor[] {
  const list = vectors.map((v) => toTensor("meshgrid", v));
  const wrong = list.find((t) => t.rank !== 1);
  if (wrong) throw new ShapeError("meshgrid", "takes vectors", { got: [wrong.spec] });
  const axisOf = (i: number): number => (indexing === "xy" && i < 2 && list.length > 1 ? 1 - i : i);
  const shape = list.map((_, i) => list[axisOf(i)]!.dims[0]!);
  return list.map((t, i) =>
    broadcastTo(
      reshape(
        t,
        shape.map((d, k) => (k === axisOf(i) ? d : 1)),
      ),
      shape,
    ),
  );
}

interface Roll {
  /** By how many places, for each axis. */
  readonly shift: readonly number[];
}
const rollOp: Op<Roll> = {
  name: "roll",
  infer: ([x]) => [x!],
  vjp: ([dy], _x, _y, { shift }) => [apply(rollOp, [dy!], { shift: shift.map((by) => -by) })],
  how: {
    kind: "view",
    at: (index, { shift }, [x]) => [
      { input: 0, index: index.map((i, k) => (shift[k] ? s.mod(s.sub(i, s.int(shift[k])), s.dim(x!.shape[k]!)) : i)) },
    ],
  },
};
/**
 * x moved along axes; what leaves at the end comes in at the beginning.
 * @param shift one number for all axes named, or one for each
 * @example
 * roll(tensor([1, 2, 3, 4]), 1, 0); // [4, 1, 2, 3]
 */
export function roll(x: TensorLike, shift: number | readonly number[], axis: number | readonly number[]): Tensor {
  const t = toTensor("roll", x);
  const axes = [axis].flat().map((a) => normalizeAxis("roll", a, t.rank));
  const by = [shift].flat();
  if (by.length !== 1 && by.length !== axes.length) throw new ValueError("roll", `${by.length} shifts do not fit ${axes.length} axes`);
  const total = t.dims.map((_, k) => axes.reduce((sum, a, i) => (a === k ? sum + by[by.length === 1 ? 0 : i]! : sum), 0));
  return total.every((n) => n === 0) ? t : apply(rollOp, [t], { shift: total });
}
