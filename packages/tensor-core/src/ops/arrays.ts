/** Rearranging and joining, written with primitives. */
import { type TensorLike, toTensor } from "../convert.ts";
import { type DType, dtypeInfo } from "../dtype.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { add, broadcastTo, cast, concat, equal, iota, mul, reshape, slice, stridedSlice } from "../primitives.ts";
import { checkSizes, type Dim, known, mulDim, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** x with a new axis of size 1 before `axis`. */
export function expandDims(x: TensorLike, axis = 0): Tensor {
  const t = toTensor("expandDims", x);
  const at = normalizeAxis("expandDims", axis, t.rank + 1);
  return reshape(t, [...t.dims.slice(0, at), 1, ...t.dims.slice(at)]);
}

/** x without axes of size 1: all of them, or those named. */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const t = toTensor("squeeze", x);
  const axes =
    axis === undefined ? t.dims.flatMap((d, i) => (d === 1 ? [i] : [])) : [axis].flat().map((a) => normalizeAxis("squeeze", a, t.rank));
  const wrong = axes.find((a) => t.dims[a] !== 1);
  if (wrong !== undefined) throw new ShapeError("squeeze", `axis ${wrong} is not of size 1`, { got: [t.spec] });
  return reshape(
    t,
    t.dims.filter((_, i) => !axes.includes(i)),
  );
}

/** Tensors of one shape along a new axis. */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  return concat(
    tensors.map((x) => expandDims(x, axis)),
    axis,
  );
}

/** The slices of x along an axis, without that axis. */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const t = toTensor("unstack", x);
  const at = normalizeAxis("unstack", axis, t.rank);
  const n = known("unstack", t.dims[at]!);
  return Array.from({ length: n }, (_, i) => squeeze(blockOf(t, at, i, 1), at));
}

/** x cut along an axis into equal parts, or parts of the given sizes. */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const t = toTensor("split", x);
  const at = normalizeAxis("split", axis, t.rank);
  const total = known("split", t.dims[at]!);
  if (typeof parts === "number" && total % parts !== 0)
    throw new ValueError("split", `${total} elements of axis ${at} cannot be cut into ${parts} equal parts`);
  const sizes = typeof parts === "number" ? Array.from({ length: parts }, () => total / parts) : parts;
  if (sizes.reduce((a, b) => a + b, 0) !== total)
    throw new ValueError("split", `the parts [${sizes.join(", ")}] do not add up to ${total}`);
  let begin = 0;
  return sizes.map((n) => {
    const part = blockOf(t, at, begin, n);
    begin += n;
    return part;
  });
}
const blockOf = (t: Tensor, axis: number, begin: number, size: number): Tensor =>
  slice(
    t,
    t.dims.map((_, k) => (k === axis ? begin : 0)),
    t.dims.map((d, k) => (k === axis ? size : d)),
  );

/** x repeated `reps[k]` times along axis k. */
export function tile(x: TensorLike, reps: readonly number[]): Tensor {
  const t = toTensor("tile", x);
  checkSizes("tile", reps);
  if (reps.length !== t.rank)
    throw new ShapeError("tile", `needs one count for each of ${t.rank} axes, got [${reps.join(", ")}]`, { got: [t.spec] });
  const wide = reps.flatMap((r, k): Dim[] => [r, t.dims[k]!]);
  const spaced = t.dims.flatMap((d): Dim[] => [1, d]);
  return reshape(
    broadcastTo(reshape(t, spaced), wide),
    t.dims.map((d, k) => mulDim("tile", d, reps[k]!)),
  );
}

/** Integers in a dtype wide enough to be compared with sizes. */
export const widened = (x: Tensor): Tensor => (dtypeInfo(x.dtype).bytes < 4 ? cast(x, "int32") : x);

/** 1 where the index along a new last axis equals the value, else 0. Values outside [0, depth) give zeros. */
export function oneHot(indices: TensorLike, depth: number, options: { readonly dtype?: DType } = {}): Tensor {
  const t = widened(toTensor("oneHot", indices));
  return cast(equal(expandDims(t, -1), iota([depth], 0, t.dtype)), options.dtype ?? "float32");
}

/** The identity matrix. */
export const eye = (rows: number, columns: number = rows, dtype: DType = "float32"): Tensor =>
  cast(equal(iota([rows, columns], 0), iota([rows, columns], 1)), dtype);

/**
 * NumPy's basic indexing as text: `"1:3, ::-1, ..., -1, newaxis"`.
 * @example
 * at(tensor([[1, 2, 3], [4, 5, 6]]), ":, 1:"); // [[2, 3], [5, 6]]
 */
export function at(x: TensorLike, index: string): Tensor {
  const t = toTensor("at", x);
  const parts = index.split(",").map((p) => p.trim());
  const used = parts.filter((p) => p !== "..." && p !== "newaxis").length;
  if (parts.filter((p) => p === "...").length > 1) throw new ValueError("at", `"${index}" has more than one "..."`);
  if (used > t.rank) throw new ShapeError("at", `"${index}" has ${used} indices for ${t.rank} axes`, { got: [t.spec] });
  const full = parts.includes("...") ? parts : [...parts, "..."];
  const begin: (number | null)[] = [];
  const end: (number | null)[] = [];
  const strides: number[] = [];
  const shape: ("keep" | "drop" | "new")[] = [];
  for (const part of full) {
    if (part === "newaxis") shape.push("new");
    else if (part === "...") for (let k = t.rank - used; k > 0; k--) one(null, null, 1, "keep");
    else if (part.includes(":")) {
      const [b, e, s] = part.split(":").map((p) => (p.trim() === "" ? null : integer(index, p)));
      one(b ?? null, e ?? null, s ?? 1, "keep");
    } else {
      const i = integer(index, part);
      const n = known("at", t.dims[begin.length]!);
      if (i < -n || i >= n) throw new ShapeError("at", `index ${i} is outside axis ${begin.length} of size ${n}`, { got: [t.spec] });
      one(i, i === -1 ? null : i + 1, 1, "drop");
    }
  }
  function one(b: number | null, e: number | null, s: number, then: "keep" | "drop"): void {
    begin.push(b);
    end.push(e);
    strides.push(s);
    shape.push(then);
  }
  const cut = stridedSlice(t, begin, end, strides);
  let k = 0;
  const result: Dim[] = [];
  for (const then of shape) {
    if (then === "new") result.push(1);
    else {
      const d = cut.dims[k++]!;
      if (then === "keep") result.push(d);
    }
  }
  return reshape(cut, result);
}
function integer(index: string, text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || text.trim() === "") throw new ValueError("at", `"${text}" in "${index}" is no integer`);
  return n;
}

/** start, start + step, … up to but without stop. */
export function range(start: number, stop: number, step = 1, dtype: DType = "int32"): Tensor {
  if (step === 0) throw new ValueError("range", "the step is 0");
  const n = Math.max(0, Math.ceil((stop - start) / step));
  return add(mul(iota([n], 0, dtype), step), start);
}
