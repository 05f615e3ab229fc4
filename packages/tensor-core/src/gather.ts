/** Rows picked by indices, and rows added up by them: each is the gradient of the other. */
import { scalarLike, type TensorLike, toTensor } from "./convert.ts";
import { apply } from "./dispatch.ts";
import { roomy } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { check } from "./forms.ts";
import type { Op } from "./op.ts";
import { cast, greaterEqual, less, logicalAnd, reshape, sizeOfAxes, transpose, where, zerosLike } from "./primitives.ts";
import * as s from "./scalar.ts";
import { type Dim, normalizeAxis, type Shape } from "./shape.ts";
import { makeSpec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";

/** The gradient of a gather: rows `values` to be added at `indices` of a tensor of `denseShape`. */
export class IndexedSlices {
  readonly values: Tensor;
  readonly indices: Tensor;
  readonly denseShape: Shape;
  constructor(values: Tensor, indices: Tensor, denseShape: Shape) {
    this.values = values;
    this.indices = indices;
    this.denseShape = denseShape;
  }
  /** The tensor that this stands for: the rows added into zeros. */
  dense(): Tensor {
    return unsortedSegmentSum(this.values, this.indices, this.denseShape[0]!);
  }
  /** @internal The same with other parts, for walks over trees. */
  with(values: Tensor, indices: Tensor): IndexedSlices {
    return new IndexedSlices(values, indices, this.denseShape);
  }
}

const gatherOp: Op<{ axis: number }> = {
  name: "gather",
  infer([x, i], { axis }) {
    check("gather", [i!], "int");
    return [makeSpec([...x!.shape.slice(0, axis), ...i!.shape, ...x!.shape.slice(axis + 1)], x!.dtype)];
  },
  vjp: ([dy], [x, indices], _y, { axis }) => {
    const [before, after] = [x!.dims.slice(0, axis), x!.dims.slice(axis + 1)];
    const flat = reshape(indices!, [-1]);
    if (axis === 0) return [new IndexedSlices(reshape(dy!, [flat.dims[0]!, ...after]), flat, x!.dims), null];
    const n = before.length;
    const front = transpose(reshape(dy!, [...before, flat.dims[0]!, ...after]), [
      n,
      ...before.map((_, k) => k),
      ...after.map((_, k) => n + 1 + k),
    ]);
    const rows = unsortedSegmentSum(front, flat, x!.dims[axis]!);
    return [transpose(rows, [...before.map((_, k) => k + 1), 0, ...after.map((_, k) => n + 1 + k)]), null];
  },
  how: {
    kind: "view",
    at(index, { axis }, [, i]) {
      const rank = i!.shape.length;
      const row = s.cast(s.read(1, i!.dtype, index.slice(axis, axis + rank)), "int32");
      return [{ input: 0, index: [...index.slice(0, axis), row, ...index.slice(axis + rank)], checked: true }];
    },
  },
};
/** Slices of x along an axis, picked by integer indices; an index outside is an IndexError. */
export function gather(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  const t = toTensor("gather", x);
  return apply(gatherOp, [t, toTensor("gather", indices)], { axis: normalizeAxis("gather", axis, t.rank) });
}

const segmentSumOp: Op<{ numSegments: Dim }> = {
  name: "unsortedSegmentSum",
  infer([x, ids], { numSegments }) {
    check("unsortedSegmentSum", [ids!], "int");
    if (ids!.shape.length !== 1 || x!.shape[0] !== ids!.shape[0])
      throw new ShapeError("unsortedSegmentSum", "needs one id for each row", { got: [x!, ids!] });
    return [makeSpec([numSegments, ...x!.shape.slice(1)], x!.dtype)];
  },
  vjp: ([dy], [x, ids], _y, { numSegments: n }) => {
    if (n === 0) return [zerosLike(x!), null];
    // Rows that were left out read row 0, and then get zeros.
    const end = sizeOfAxes({ dims: [n], dtype: ids!.dtype }, [0]);
    const kept = logicalAnd(greaterEqual(ids!, 0), less(ids!, end));
    const rows = gather(dy!, where(kept, ids!, scalarLike(ids!, 0)));
    const column = x!.dims.map((d, k) => (k ? 1 : d));
    return [where(reshape(kept, column), rows, scalarLike(rows, 0)), null];
  },
  how: {
    kind: "opaque",
    reference([x, ids], [y], { inputs, outputs }) {
      const rows = inputs[1]!.shape[0]!;
      const width = rows ? x!.length / rows : 0;
      const segments = outputs[0]!.shape[0]!;
      for (let r = 0; r < rows; r++) {
        const id = Number(ids![r]);
        if (id < 0 || id >= segments) continue;
        for (let k = 0; k < width; k++) (y as Float32Array)[id * width + k]! += (x as Float32Array)[r * width + k]!;
      }
    },
  },
};
/** Rows of x added up by their id; rows with an id outside [0, numSegments) are left out, as in TensorFlow. */
export function unsortedSegmentSum(x: TensorLike, segmentIds: TensorLike, numSegments: Dim): Tensor {
  const [t, ids] = [toTensor("unsortedSegmentSum", x), toTensor("unsortedSegmentSum", segmentIds)];
  const sums = apply(segmentSumOp, [cast(t, roomy(t.dtype)), cast(ids, roomy(ids.dtype))], { numSegments });
  return cast(sums, t.dtype);
}
