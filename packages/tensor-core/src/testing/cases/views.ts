/** Cases: ops that only move elements. */

import type { DType } from "../../dtype.ts";
import { gather, unsortedSegmentSum } from "../../gather.ts";
import { at, expandDims, split, squeeze, stack, tile, unstack } from "../../ops/arrays.ts";
import { broadcastTo, concat, pad, reshape, reverse, slice, stridedSlice, transpose } from "../../primitives.ts";
import type { Tensor } from "../../tensor.ts";
import { exact } from "../compare.ts";
import { build, buildSums, type Expected, get, getBroadcast, type Host } from "../host.ts";
import { given, type Input, ints, reals } from "../values.ts";
import { ALL, type OpCase } from "./case.ts";

type Index = readonly number[];
/** A row that moves the elements of one input: `shape` and `from` say where each comes from; null is the fill. */
function move(
  op: string,
  name: string,
  input: readonly number[],
  call: (x: Tensor) => Tensor,
  shape: readonly number[],
  from: (i: Index) => Index | null,
  options: { batch?: boolean; dtypes?: readonly DType[]; fill?: number } = {},
): OpCase {
  const { batch = false, dtypes, fill = 0 } = options;
  return {
    op,
    name,
    call,
    tolerance: exact,
    inputs: [dtypes ? ints(input, 0, 9) : reals(input)],
    expected: (x) => {
      // With another batch the result grows by the same factor along its first axis.
      const grown = x.shape[0] === input[0] || input.length === 0 ? shape : [(shape[0]! / input[0]!) * x.shape[0]!, ...shape.slice(1)];
      return build(grown, (i) => {
        const at = from(i);
        return at ? get(x, at) : fill;
      });
    },
    ...(dtypes ? { dtypes } : { grad: true }),
    ...(batch && { batch: [0] }),
  };
}
const flat = (shape: Index, i: Index): number => i.reduce((at, x, k) => at * shape[k]! + x, 0);
const unflat = (shape: Index, at: number): number[] => {
  const out: number[] = [];
  for (let k = shape.length - 1, rest = at; k >= 0; k--) {
    out.unshift(rest % shape[k]!);
    rest = Math.floor(rest / shape[k]!);
  }
  return out;
};
const reshaped = (name: string, from: Index, to: Index, call = (x: Tensor) => reshape(x, to)): OpCase =>
  move("reshape", name, from, call, to, (i) => unflat(from, flat(to, i)));

const joined = (parts: readonly Host[], axis: number): Expected => {
  const shape = parts[0]!.shape.map((d, k) => (k === axis ? parts.reduce((n, p) => n + p.shape[axis]!, 0) : d));
  return build(shape, (i) => {
    const starts = parts.map((_, n) => parts.slice(0, n).reduce((sum, p) => sum + p.shape[axis]!, 0));
    const which = parts.findIndex((p, n) => i[axis]! < starts[n]! + p.shape[axis]!);
    const [part, rest] = [parts[which]!, i[axis]! - starts[which]!];
    return get(
      part,
      i.map((v, k) => (k === axis ? rest : v)),
    );
  });
};
const concatRow = (name: string, shapes: readonly Index[], axis: number, options: Partial<OpCase> = {}): OpCase => ({
  op: "concat",
  name,
  inputs: shapes.map((s) => reals(s)),
  call: (...x) => concat(x, axis),
  expected: (...x) => joined(x, axis < 0 ? axis + x[0]!.shape.length : axis),
  tolerance: exact,
  grad: true,
  ...options,
});
const taken = (x: Host, i: Host, axis: number): Expected => {
  const r = i.shape.length;
  return build([...x.shape.slice(0, axis), ...i.shape, ...x.shape.slice(axis + 1)], (at) =>
    get(x, [...at.slice(0, axis), get(i, at.slice(axis, axis + r)), ...at.slice(axis + r)]),
  );
};
const gatherRow = (name: string, shape: Index, indices: Input, axis: number, options: Partial<OpCase> = {}): OpCase => ({
  op: "gather",
  name,
  inputs: [reals(shape), indices],
  call: (x, i) => gather(x, i!, axis),
  expected: (x, i) => taken(x, i, axis < 0 ? axis + x.shape.length : axis),
  tolerance: exact,
  grad: true,
  ...options,
});
const segments = (x: Host, ids: Host, n: number): Expected =>
  buildSums([n, ...x.shape.slice(1)], ([s, ...rest]) => ids.data.flatMap((id, row) => (id === s ? [get(x, [row, ...rest])] : [])));
const slices = (
  op: string,
  name: string,
  input: Index,
  call: (x: Tensor) => Tensor,
  shape: Index,
  begin: Index,
  strides: Index,
  batch = false,
): OpCase => move(op, name, input, call, shape, (i) => i.map((v, k) => begin[k]! + v * strides[k]!), { batch });

// biome-ignore format: a table, one row a line
export const viewCases: readonly OpCase[] = [
  reshaped("split an axis", [6, 4], [2, 3, 4]),
  reshaped("merge axes", [2, 3, 4], [6, 4]),
  reshaped("regroup", [4, 6], [3, 8]),
  reshaped("to a vector", [2, 3, 2], [12], (x) => reshape(x, [-1])),
  reshaped("to a scalar and back", [1], [1], (x) => reshape(reshape(x, []), [1])),
  reshaped("rank 5", [2, 3, 2, 1, 5], [3, 1, 4, 5, 1]),
  reshaped("size 0", [0, 3], [3, 0, 2]),
  reshaped("what is left is 0", [0, 3], [0, 3], (x) => reshape(reshape(x, [3, 0]), [-1, 3])),
  move("reshape", "keeps the batch", [3, 4, 2], (x) => reshape(x, [x.dims[0]!, 8]), [3, 8], ([n, j]) => [n!, j! >> 1, j! & 1], { batch: true }),
  move("reshape", "merges the batch", [3, 4], (x) => reshape(x, [-1, 2]), [6, 2], ([i, j]) => [i! >> 1, (i! & 1) * 2 + j!], { batch: true }),
  move("reshape", "all dtypes", [2, 3], (x) => reshape(x, [3, 2]), [3, 2], ([i, j]) => unflat([2, 3], i! * 2 + j!), { dtypes: ALL }),
  move("transpose", "matrix", [3, 5], (x) => transpose(x), [5, 3], ([i, j]) => [j!, i!]),
  move("transpose", "rank 4", [2, 3, 4, 5], (x) => transpose(x, [0, 2, 1, 3]), [2, 4, 3, 5], ([a, b, c, d]) => [a!, c!, b!, d!], { batch: true }),
  move("transpose", "rank 5, negative", [2, 1, 3, 2, 2], (x) => transpose(x, [-1, 0, 3, 1, 2]), [2, 2, 2, 1, 3], ([a, b, c, d, e]) => [b!, d!, e!, c!, a!]),
  move("transpose", "of a transpose", [2, 3, 4], (x) => transpose(transpose(x, [2, 0, 1]), [1, 0, 2]), [2, 4, 3], ([a, b, c]) => [a!, c!, b!], { batch: true }),
  move("transpose", "scalar and vector", [4], (x) => transpose(x), [4], (i) => i),
  move("transpose", "size 0", [0, 3], (x) => transpose(x), [3, 0], ([i, j]) => [j!, i!]),
  move("transpose", "all dtypes", [2, 3], (x) => transpose(x), [3, 2], ([i, j]) => [j!, i!], { dtypes: ALL }),
  ...([["new axes", [3], [2, 4, 3]], ["an axis of 1", [2, 1, 3], [2, 4, 3]], ["both", [3, 1], [2, 3, 4]], ["a scalar", [], [2, 2]], ["to size 0", [1, 3], [0, 3]], ["rank 5", [1, 2, 1, 2, 1], [3, 2, 2, 2, 1]]] as const).map(
    ([name, from, to]): OpCase => ({ op: "broadcastTo", name, inputs: [reals(from)], call: (x) => broadcastTo(x, to), expected: (x) => build(to, (i) => getBroadcast(x, i)), tolerance: exact, grad: true }),
  ),
  slices("slice", "block", [4, 5], (x) => slice(x, [1, 2], [2, 3]), [2, 3], [1, 2], [1, 1]),
  slices("slice", "to the end", [4, 5], (x) => slice(x, [1, -2]), [3, 2], [1, 3], [1, 1]),
  slices("slice", "keeps the batch", [3, 5], (x) => slice(x, [0, 1], [-1, 3]), [3, 3], [0, 1], [1, 1], true),
  slices("slice", "nothing", [4, 5], (x) => slice(x, [4, 0], [0, 5]), [0, 5], [4, 0], [1, 1]),
  slices("slice", "of a slice", [7, 5], (x) => slice(slice(x, [1, 1], [5, 4]), [2, 1], [3, 2]), [3, 2], [3, 2], [1, 1]),
  slices("slice", "scalar", [], (x) => slice(x, []), [], [], []),
  move("slice", "all dtypes", [5], (x) => slice(x, [2], [2]), [2], ([i]) => [i! + 2], { dtypes: ALL }),
  slices("stridedSlice", "every other", [7, 4], (x) => stridedSlice(x, [1, 0], [7, 4], [2, 3]), [3, 2], [1, 0], [2, 3]),
  slices("stridedSlice", "backward", [5], (x) => stridedSlice(x, [null], [null], [-1]), [5], [4], [-1]),
  slices("stridedSlice", "backward by 2 from the end", [6, 3], (x) => stridedSlice(x, [-1, null], [0, null], [-2, 1]), [3, 3], [5, 0], [-2, 1]),
  slices("stridedSlice", "clamped", [5], (x) => stridedSlice(x, [-9], [9], [1]), [5], [0], [1]),
  slices("stridedSlice", "empty", [5], (x) => stridedSlice(x, [3], [1]), [0], [3], [1]),
  slices("stridedSlice", "of size 0 backward", [0, 2], (x) => stridedSlice(x, [null, null], [null, null], [-1, -1]), [0, 2], [-1, 1], [-1, -1]),
  slices("stridedSlice", "keeps the batch", [3, 6], (x) => stridedSlice(x, [null, 4], [null, 0], [1, -3]), [3, 2], [0, 4], [1, -3], true),
  move("at", "mixed", [4, 5, 3], (x) => at(x, "1:3, newaxis, ::-2, -1"), [2, 1, 3], ([i, , j]) => [1 + i!, 4 - 2 * j!, 2]),
  move("reverse", "one axis", [3, 4], (x) => reverse(x, 1), [3, 4], ([i, j]) => [i!, 3 - j!], { batch: true }),
  move("reverse", "all axes", [2, 3, 2], (x) => reverse(x), [2, 3, 2], ([a, b, c]) => [1 - a!, 2 - b!, 1 - c!]),
  move("reverse", "negative axes", [2, 3, 4], (x) => reverse(x, [-1, -3]), [2, 3, 4], ([a, b, c]) => [1 - a!, b!, 3 - c!]),
  { ...move("reverse", "the batch", [3, 2], (x) => reverse(x, 0), [3, 2], (i) => i, { batch: true }), expected: (x: Host) => build(x.shape, ([i, j]) => get(x, [x.shape[0]! - 1 - i!, j!])) },
  move("reverse", "size 0", [0, 2], (x) => reverse(x), [0, 2], (i) => i),
  move("reverse", "all dtypes", [5], (x) => reverse(x), [5], ([i]) => [4 - i!], { dtypes: ALL }),
  move("pad", "both sides", [2, 3], (x) => pad(x, [[1, 0], [2, 1]]), [3, 6], ([i, j]) => (i! >= 1 && j! >= 2 && j! < 5 ? [i! - 1, j! - 2] : null)),
  move("pad", "with a constant", [3], (x) => pad(x, [[0, 2]], -7.5), [5], ([i]) => (i! < 3 ? [i!] : null), { fill: -7.5 }),
  { ...move("pad", "with −∞", [3], (x) => pad(x, [[1, 0]], Number.NEGATIVE_INFINITY), [4], ([i]) => (i! > 0 ? [i! - 1] : null), { fill: Number.NEGATIVE_INFINITY }), grad: false },
  move("pad", "keeps the batch", [3, 2], (x) => pad(x, [[0, 0], [1, 1]]), [3, 4], ([i, j]) => (j! > 0 && j! < 3 ? [i!, j! - 1] : null), { batch: true }),
  move("pad", "of nothing", [0, 2], (x) => pad(x, [[2, 1], [0, 0]], 3), [3, 2], () => null, { fill: 3 }),
  move("pad", "of a pad", [2], (x) => pad(pad(x, [[1, 0]], 5), [[0, 1]], 5), [4], ([i]) => (i! > 0 && i! < 3 ? [i! - 1] : null), { fill: 5 }),
  move("pad", "all dtypes", [3], (x) => pad(x, [[1, 1]], 4), [5], ([i]) => (i! > 0 && i! < 4 ? [i! - 1] : null), { dtypes: ALL, fill: 4 }),
  concatRow("first axis", [[2, 3], [1, 3], [3, 3]], 0),
  concatRow("last axis", [[2, 3], [2, 1], [2, 2]], -1, { batch: [0, 1, 2] }),
  concatRow("with size 0", [[2, 3], [0, 3], [1, 3]], 0),
  concatRow("one tensor", [[2, 3]], 1, { batch: [0] }),
  concatRow("middle of rank 4", [[2, 1, 3, 2], [2, 2, 3, 2]], 1, { batch: [0, 1] }),
  { op: "concat", name: "a tensor with itself", inputs: [reals([2, 2])], call: (x) => concat([x, x, x], 1), expected: (x) => joined([x, x, x], 1), tolerance: exact, grad: true, batch: [0] },
  { op: "concat", name: "all dtypes", inputs: [ints([3], 0, 9), ints([2], 0, 9)], call: (x, y) => concat([x, y!]), expected: (x, y) => joined([x, y], 0), dtypes: ALL, tolerance: exact },
  { op: "concat", name: "batch axis of two unknown halves", inputs: [reals([2, 3]), reals([2, 3])], call: (x, y) => concat([x, y!], 0), expected: (x, y) => joined([x, y], 0), tolerance: exact, batch: [0, 1] },
  { op: "stack", name: "first", inputs: [reals([3]), reals([3]), reals([3])], call: (...x) => stack(x), expected: (...x) => build([3, 3], ([i, j]) => get(x[i!]!, [j!])), tolerance: exact, grad: true },
  { op: "stack", name: "last", inputs: [reals([2, 3]), reals([2, 3])], call: (...x) => stack(x, -1), expected: (...x) => build([x[0]!.shape[0]!, 3, 2], ([i, j, k]) => get(x[k!]!, [i!, j!])), tolerance: exact, grad: true, batch: [0, 1] },
  { op: "stack", name: "scalars", inputs: [reals([]), reals([])], call: (...x) => stack(x), expected: (...x) => ({ shape: [2], data: x.flatMap((v) => v.data) }), tolerance: exact, grad: true },
  { op: "unstack", name: "first", inputs: [reals([3, 2])], call: (x) => unstack(x), expected: (x) => [0, 1, 2].map((i) => build([2], ([j]) => get(x, [i, j!]))), tolerance: exact, grad: true },
  { op: "unstack", name: "last", inputs: [reals([3, 2])], call: (x) => unstack(x, -1), expected: (x) => [0, 1].map((j) => build([x.shape[0]!], ([i]) => get(x, [i!, j]))), tolerance: exact, grad: true, batch: [0] },
  { op: "split", name: "equal parts", inputs: [reals([4, 6])], call: (x) => split(x, 3, 1), expected: (x) => [0, 2, 4].map((b) => build([x.shape[0]!, 2], ([i, j]) => get(x, [i!, b + j!]))), tolerance: exact, grad: true, batch: [0] },
  { op: "split", name: "given sizes, one 0", inputs: [reals([5])], call: (x) => split(x, [2, 0, 3]), expected: (x) => [[0, 2], [2, 0], [2, 3]].map(([b, n]) => build([n!], ([i]) => get(x, [b! + i!]))), tolerance: exact, grad: true },
  { op: "expandDims", name: "three places", inputs: [reals([2, 3])], call: (x) => [expandDims(x), expandDims(x, 1), expandDims(x, -1)], expected: (x) => [[1, ...x.shape], [x.shape[0]!, 1, 3], [...x.shape, 1]].map((shape) => ({ shape, data: x.data })), tolerance: exact, grad: true, batch: [0] },
  { op: "squeeze", name: "all and one", inputs: [reals([3, 1, 2, 1])], call: (x) => [squeeze(x), squeeze(x, -1), squeeze(x, [1, 3])], expected: (x) => [[x.shape[0]!, 2], [x.shape[0]!, 1, 2], [x.shape[0]!, 2]].map((shape) => ({ shape, data: x.data })), tolerance: exact, grad: true, batch: [0] },
  move("tile", "both axes", [2, 3], (x) => tile(x, [2, 3]), [4, 9], ([i, j]) => [i! % 2, j! % 3]),
  move("tile", "none", [2, 3], (x) => tile(x, [1, 0]), [2, 0], (i) => i),
  move("tile", "keeps the batch", [3, 2], (x) => tile(x, [1, 2]), [3, 4], ([i, j]) => [i!, j! % 2], { batch: true }),
  ...([["row", "1", [4], (j: Index) => [1, ...j]], ["last column", ":, -1", [3], ([i]: Index) => [i!, 3]], ["ranges", "1:, :-1", [2, 3], ([i, j]: Index) => [i! + 1, j!]], ["reversed", "::-1, ::2", [3, 2], ([i, j]: Index) => [2 - i!, 2 * j!]], ["new axis and dots", "newaxis, ..., 2", [1, 3], ([, i]: Index) => [i!, 2]], ["one element", "2, 3", [], () => [2, 3]], ["empty range", "2:1", [0, 4], (i: Index) => i]] as const).map(
    ([name, index, shape, from]) => move("at", name, [3, 4], (x) => at(x, index), shape, from as (i: Index) => Index),
  ),
  gatherRow("rows", [5, 3], given([4, 0, 0, 2], [4], "int32"), 0),
  gatherRow("columns", [2, 5], given([1, 1, 4], [3], "int32"), -1, { batch: [0] }),
  gatherRow("middle, matrix of indices", [2, 4, 3], given([0, 3, 1, 1, 2, 2], [2, 3], "int32"), 1, { batch: [0] }),
  gatherRow("one index", [4, 3], given([2], [], "int32"), 0),
  gatherRow("no index", [4, 3], given([], [0], "int32"), 0),
  gatherRow("from a vector", [6], ints([2, 2], 0, 5, "int32"), 0, { batch: [1] }),
  ...(["int64", "uint8", "uint32"] as const).map((dtype) => gatherRow(`indices of ${dtype}`, [5, 2], given([4, 1], [2], dtype), 0)),
  { op: "gather", name: "all dtypes", inputs: [ints([5], 0, 9), given([3, 3, 0], [3], "int32")], call: (x, i) => gather(x, i!), expected: (x, i) => taken(x, i, 0), dtypes: ALL, tolerance: exact },
  { op: "gather", name: "of a gather", inputs: [reals([5]), given([3, 1, 4], [3], "int32"), given([2, 0, 2, 2], [4], "int32")], call: (x, i, j) => gather(gather(x, i!), j!), expected: (x, i, j) => taken(taken(x, i, 0), j, 0), tolerance: exact, grad: true },
  { op: "unsortedSegmentSum", name: "out of order, one empty, one dropped", inputs: [reals([6, 2]), given([2, 0, 2, -1, 0, 9], [6], "int32")], call: (x, i) => unsortedSegmentSum(x, i!, 4), expected: (x, i) => segments(x, i, 4), tolerance: { k: 3, why: "at most two rows meet in one sum" }, },
  { op: "unsortedSegmentSum", name: "gradient", inputs: [reals([5, 3]), given([1, 0, 1, 3, 1], [5], "int32")], call: (x, i) => unsortedSegmentSum(x, i!, 4), expected: (x, i) => segments(x, i, 4), tolerance: { k: 3, why: "at most three rows meet in one sum" }, grad: true },
  { op: "unsortedSegmentSum", name: "vector", inputs: [reals([5]), given([1, 0, 1, 3, 1], [5], "int32")], call: (x, i) => unsortedSegmentSum(x, i!, 4), expected: (x, i) => segments(x, i, 4), tolerance: { k: 3, why: "at most three rows meet in one sum" }, grad: true },
  { op: "unsortedSegmentSum", name: "a gradient where ids are dropped", inputs: [reals([3, 2]), given([1, -1, 5], [3], "int32")], call: (x, i) => unsortedSegmentSum(x, i!, 2), expected: (x, i) => segments(x, i, 2), tolerance: exact, grad: true },
  { op: "unsortedSegmentSum", name: "no rows", inputs: [reals([0, 2]), given([], [0], "int32")], call: (x, i) => unsortedSegmentSum(x, i!, 3), expected: (x, i) => segments(x, i, 3), tolerance: exact },
  { op: "unsortedSegmentSum", name: "integers", inputs: [ints([4, 2], 0, 9), given([1, 1, 0, 1], [4], "int32")], call: (x, i) => unsortedSegmentSum(x, i!, 2), expected: (x, i) => segments(x, i, 2), dtypes: ["int32", "uint32", "uint8"], tolerance: exact },
];
