/** Order: sorting, the largest few, and how often and where numbers occur. NaN counts as larger than every number, as for `argMax`. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { roomy, type TypedArray } from "../dtype.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { check } from "../forms.ts";
import { unsortedSegmentSum } from "../gather.ts";
import type { Op } from "../op.ts";
import { all, any, cast, greater, isFinite, less, lessEqual, logicalAnd, ones, reshape, sum, transpose, where } from "../primitives.ts";
import { known, normalizeAxis } from "../shape.ts";
import { makeSpec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { takeAlongAxis } from "./along.ts";
import { expandDims, oneHot, widened } from "./arrays.ts";

interface Order {
  /** How many places of each line. */
  readonly k: number;
  readonly descending: boolean;
}
/** Places of the first k elements of each line along the last axis; of equal elements the earlier comes first. */
const orderOp: Op<Order> = {
  name: "argSort",
  infer: ([x], { k }) => [makeSpec([...x!.shape.slice(0, -1), k], "int32")],
  how: {
    kind: "opaque",
    reference([x], [places], { inputs }, { k, descending }) {
      const n = inputs[0]!.shape.at(-1)!;
      for (let line = 0; line * n < x!.length; line++)
        (places as Int32Array).set(firstOf(x!.subarray(line * n, line * n + n) as TypedArray, k, descending), line * k);
    },
  },
};
function firstOf(x: TypedArray, k: number, descending: boolean): Int32Array {
  /** Negative where element i comes before j. */
  const compare = (i: number, j: number): number => {
    const [a, b] = descending ? [x[j]!, x[i]!] : [x[i]!, x[j]!];
    if (a < b) return -1;
    if (a > b) return 1;
    const nans = Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return nans || i - j;
  };
  if (k > 32) return Int32Array.from(x.keys()).sort(compare).subarray(0, k);
  const first = new Int32Array(k);
  for (let i = 0; i < x.length; i++) {
    let at = Math.min(i, k);
    if (at === k && (k === 0 || compare(i, first[k - 1]!) > 0)) continue;
    for (at = Math.min(at, k - 1); at > 0 && compare(i, first[at - 1]!) < 0; at--) first[at] = first[at - 1]!;
    first[at] = i;
  }
  return first;
}
const swapped = (x: Tensor, axis: number): Tensor =>
  transpose(
    x,
    x.dims.map((_, k) => (k === axis ? x.rank - 1 : k === x.rank - 1 ? axis : k)),
  );

export interface SortOptions {
  /** From the largest to the smallest. Default false. */
  readonly descending?: boolean | undefined;
}
/** The places, as int32, that would sort x along an axis. Equal elements keep their order. */
export function argSort(x: TensorLike, axis = -1, { descending = false }: SortOptions = {}): Tensor {
  const t = toTensor("argSort", x);
  check("argSort", [t.spec], "number");
  const at = normalizeAxis("argSort", axis, t.rank);
  return swapped(apply(orderOp, [swapped(cast(t, roomy(t.dtype)), at)], { k: known("argSort", t.dims[at]!), descending }), at);
}
/** x sorted along an axis. */
export function sort(x: TensorLike, axis = -1, options: SortOptions = {}): Tensor {
  const t = toTensor("sort", x);
  return takeAlongAxis(t, argSort(t, axis, options), axis);
}
/**
 * The k largest elements along the last axis, the largest first, and where they are (int32). Of equal ones the earlier comes first.
 * @example
 * topk(tensor([1, 9, 4]), 2); // { values: [9, 4], indices: [1, 2] }
 */
export function topk(x: TensorLike, k = 1): { readonly values: Tensor; readonly indices: Tensor } {
  const t = toTensor("topk", x);
  check("topk", [t.spec], "number");
  const n = known("topk", t.dims[normalizeAxis("topk", -1, t.rank)]!);
  if (!Number.isInteger(k) || k < 0 || k > n) throw new ValueError("topk", `k must be an integer in [0, ${n}], got ${k}`);
  const indices = apply(orderOp, [cast(t, roomy(t.dtype))], { k, descending: true });
  return { values: takeAlongAxis(t, indices), indices };
}
/**
 * Whether each target is among the k largest predictions of its row. All that equal the k-th are among them; never where a
 * prediction is not finite or the target is no class.
 * @param targets integers `[batch]`
 * @param predictions floats `[batch, classes]`
 */
export function inTopK(targets: TensorLike, predictions: TensorLike, k: number): Tensor {
  const [t, p] = [widened(toTensor("inTopK", targets)), toTensor("inTopK", predictions)];
  check("inTopK", [t.spec], "int");
  check("inTopK", [p.spec], "float");
  if (t.rank !== 1 || p.rank !== 2 || t.dims[0] !== p.dims[0])
    throw new ShapeError("inTopK", "needs targets [batch] and predictions [batch, classes]", { got: [t.spec, p.spec] });
  const hit = oneHot(t, known("inTopK", p.dims[1]!), { dtype: "bool" });
  const own = sum(where(hit, p, 0), { axis: 1, keepDims: true });
  const better = sum(cast(greater(p, own), "int32"), { axis: 1 });
  const sound = logicalAnd(all(isFinite(p), { axis: 1 }), any(hit, { axis: 1 }));
  return logicalAnd(sound, less(better, k));
}

export interface SearchOptions {
  /** "left": before equal elements; "right": after them. Default "left". */
  readonly side?: "left" | "right" | undefined;
}
/**
 * Where each value would be put into a sorted sequence, as int32: how many elements lie before it.
 * @param sorted `[…, n]`, ascending
 * @param values `[…, m]`
 * @returns `[…, m]`
 */
export function searchSorted(sorted: TensorLike, values: TensorLike, { side = "left" }: SearchOptions = {}): Tensor {
  const [edges, v] = [expandDims(toTensor("searchSorted", sorted), -2), expandDims(toTensor("searchSorted", values), -1)];
  return sum(cast(side === "left" ? less(edges, v) : lessEqual(edges, v), "int32"), { axis: -1 });
}
/**
 * How often each of 0 … size − 1 occurs, as int32; with weights their sums, in the weights' dtype. Others do not count.
 * @param x integers of any shape
 * @param weights of x's shape
 */
export function bincount(x: TensorLike, size: number, weights?: TensorLike): Tensor {
  const t = toTensor("bincount", x);
  check("bincount", [t.spec], "int");
  const w = weights === undefined ? ones(t.dims, "int32") : toTensor("bincount", weights);
  return unsortedSegmentSum(reshape(w, [-1]), reshape(t, [-1]), size);
}
