/** Reading and writing at places that tensors name: along an axis, and by coordinates. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply, sameDType } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import { check } from "../forms.ts";
import { gather, unsortedSegmentSum } from "../gather.ts";
import type { Op } from "../op.ts";
import { add, greaterEqual, iota, less, logicalAnd, maximum, mul, reshape, sizeOfAxes, where } from "../primitives.ts";
import * as s from "../scalar.ts";
import { type Dim, isKnown, normalizeAxis, type Shape, sameShape, sizeOf } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { unstack, widened } from "./arrays.ts";

/** Coordinates as places in the row of all elements of a shape. */
const flatPlaces = (coordinates: readonly Tensor[], shape: Shape): Tensor =>
  coordinates.reduce((flat, at, k) => add(mul(flat, sizeLike(shape[k]!, at)), at));
const sizeLike = (d: Dim, { dtype }: Tensor): Tensor | number => sizeOfAxes({ dims: [d], dtype }, [0]);

// ---- Along an axis

const takeOp: Op<{ axis: number }> = {
  name: "takeAlongAxis",
  infer([x, i], { axis }) {
    check("takeAlongAxis", [i!], "int");
    if (x!.shape.length !== i!.shape.length || x!.shape.some((d, k) => k !== axis && d !== i!.shape[k]))
      throw new ShapeError("takeAlongAxis", `the shape of the indices may differ along axis ${axis} only`, { got: [x!, i!] });
    return [makeSpec(i!.shape, x!.dtype)];
  },
  vjp([dy], [x, indices], _y, { axis }) {
    const at = widened(indices!);
    const places = at.dims.map((_, k) => (k === axis ? at : iota(at.dims, k, at.dtype)));
    const ids = reshape(flatPlaces(places, x!.dims), [-1]);
    return [reshape(unsortedSegmentSum(reshape(dy!, [-1]), ids, sizeOf("takeAlongAxis", x!.dims)), x!.dims), null];
  },
  how: {
    kind: "view",
    at: (index, { axis }, [, i]) => [
      { input: 0, index: index.map((at, k) => (k === axis ? s.cast(s.read(1, i!.dtype, index), "int32") : at)), checked: true },
    ],
  },
};
/**
 * Of each line along an axis the elements that the same line of `indices` names, as NumPy's `take_along_axis`.
 * @param indices integers in [0, size), of x's shape except along the axis; one outside is an IndexError
 * @example
 * takeAlongAxis(tensor([[5, 6, 7]]), tensor([[2, 0]], undefined, "int32")); // [[7, 5]]
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1): Tensor {
  const t = toTensor("takeAlongAxis", x);
  return apply(takeOp, [t, toTensor("takeAlongAxis", indices)], { axis: normalizeAxis("takeAlongAxis", axis, t.rank) });
}

// ---- By coordinates

/** How many coordinates each row of `indices` has. */
function depthOf(op: string, indices: Spec, rank: number): number {
  check(op, [indices], "int");
  const depth = indices.shape.at(-1);
  if (depth === undefined || !isKnown(depth) || depth === 0 || depth > rank)
    throw new ShapeError(op, `the last axis of the indices holds 1 to ${rank} coordinates`, { got: [indices] });
  return depth;
}

const gatherNDOp: Op<undefined> = {
  name: "gatherND",
  infer([x, i]) {
    const depth = depthOf("gatherND", i!, x!.shape.length);
    return [makeSpec([...i!.shape.slice(0, -1), ...x!.shape.slice(depth)], x!.dtype)];
  },
  vjp: ([dy], [x, i]) => [scatterND(i!, dy!, x!.dims), null],
  how: {
    kind: "view",
    at(index, _, [, i]) {
      const outer = i!.shape.length - 1;
      const named = Array.from({ length: i!.shape[outer] as number }, (_, k) =>
        s.cast(s.read(1, i!.dtype, [...index.slice(0, outer), s.int(k)]), "int32"),
      );
      return [{ input: 0, index: [...named, ...index.slice(outer)], checked: true }];
    },
  },
};
/**
 * The elements or slices of x at coordinates.
 * @param indices integers `[…, depth]`: coordinates along the first `depth` axes; one outside is an IndexError
 * @returns `[…, …x.shape.slice(depth)]`
 * @example
 * gatherND(tensor([[1, 2], [3, 4]]), tensor([[1, 0]], undefined, "int32")); // [3]
 */
export const gatherND = (x: TensorLike, indices: TensorLike): Tensor =>
  apply(gatherNDOp, [toTensor("gatherND", x), toTensor("gatherND", indices)], undefined);

/** Updates as rows, each with its place in the first axes of a shape; −1 for those outside. */
function targets(op: string, indices: Tensor, updates: Tensor, shape: Shape): { ids: Tensor; rows: Tensor; places: Dim } {
  const depth = depthOf(op, indices.spec, shape.length);
  const [sizes, rest] = [shape.slice(0, depth), shape.slice(depth)];
  if (!sameShape(updates.dims, [...indices.dims.slice(0, -1), ...rest]))
    throw new ShapeError(op, "the updates need one slice for each row of indices", { got: [indices.spec, updates.spec] });
  const n = sizeOf(op, indices.dims.slice(0, -1));
  const coordinates = unstack(reshape(widened(indices), [n, depth]), 1);
  const inside = coordinates.map((c, k) => logicalAnd(greaterEqual(c, 0), less(c, sizeLike(sizes[k]!, c))));
  return {
    ids: where(inside.reduce(logicalAnd), flatPlaces(coordinates, sizes), -1),
    rows: reshape(updates, [n, ...rest]),
    places: sizeOf(op, sizes),
  };
}
/**
 * Zeros with updates added at coordinates, those of equal coordinates together; those outside are left out.
 * @param indices integers `[…, depth]`
 * @param updates `[…, …shape.slice(depth)]`
 */
export function scatterND(indices: TensorLike, updates: TensorLike, shape: Shape): Tensor {
  const { ids, rows, places } = targets("scatterND", toTensor("scatterND", indices), toTensor("scatterND", updates), shape);
  return reshape(unsortedSegmentSum(rows, ids, places), shape);
}

/** For each place the last row that goes there, −1 where none does. */
const lastRowOp: Op<{ places: Dim }> = {
  name: "lastRow",
  infer: (_, { places }) => [makeSpec([places], "int32")],
  how: {
    kind: "opaque",
    reference([ids], [last]) {
      (last as Int32Array).fill(-1);
      ids!.forEach((id, row) => {
        if (id >= 0) last![Number(id)] = row;
      });
    },
  },
};
/**
 * x with slices replaced at coordinates; of several for one place the last counts, those outside are left out.
 * @param indices integers `[…, depth]`
 * @param updates `[…, …x.shape.slice(depth)]`, of x's dtype
 * @example
 * tensorScatterUpdate(tensor([1, 2, 3]), tensor([[1]], undefined, "int32"), tensor([9])); // [1, 9, 3]
 */
export function tensorScatterUpdate(x: TensorLike, indices: TensorLike, updates: TensorLike): Tensor {
  const op = "tensorScatterUpdate";
  const [t, u] = [toTensor(op, x), toTensor(op, updates)];
  sameDType(op, [t.spec, u.spec]);
  const { ids, rows, places } = targets(op, toTensor(op, indices), u, t.dims);
  if (rows.dims[0] === 0) return t;
  const last = apply(lastRowOp, [ids], { places });
  const flat = reshape(t, [places, ...rows.dims.slice(1)]);
  const written = reshape(greaterEqual(last, 0), [places, ...rows.dims.slice(1).map(() => 1)]);
  return reshape(where(written, gather(rows, maximum(last, 0)), flat), t.dims);
}
