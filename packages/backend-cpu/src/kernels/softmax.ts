// softmax and logSoftmax of the rows of a matrix; all passes over a row run while it is in the first-level cache.

import { FunctionBuilder } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes, type KernelCalls, type KernelContext, type KernelOptions } from "./context.ts";
import { emitExp, emitLog, lowestExp } from "./math.ts";
import { combineLanes, emitRowPass, foldInto, type RowPart } from "./row-pass.ts";

/** Vectors worked on in turn; more hide more of each step's latency, but spill. A power of two. */
const groupVectors = 4;

export interface SoftmaxExports {
  /** Strides in bytes. Arguments of exp below `lowest` count as −∞. */
  softmaxRows(x: number, xStride: number, y: number, yStride: number, rows: number, columns: number, lowest: number): void;
  logSoftmaxRows(x: number, xStride: number, y: number, yStride: number, rows: number, columns: number, lowest: number): void;
}

export const softmaxKernels: KernelSources<SoftmaxExports> = {
  softmaxRows: (options) => softmaxRows("softmax", options),
  logSoftmaxRows: (options) => softmaxRows("logSoftmax", options),
};

export interface RowOperation {
  readonly rows: number;
  readonly columns: number;
  /** May be the same matrix as `y`. Row strides in elements; the elements of a row are neighbours. */
  readonly x: { readonly pointer: number; readonly rowStride: number };
  readonly y: { readonly pointer: number; readonly rowStride: number };
}

/** y = exp(x − max) / Σ exp(x − max). A row with NaN or +∞, or of −∞ only, becomes NaN, as in TensorFlow. */
export function softmax(context: KernelContext, operation: RowOperation): void {
  inPieces(context, operation, (calls, piece) => calls.exports.softmaxRows(...argumentsOf(piece)));
}

/** y = x − max − log Σ exp(x − max); the same rows become NaN. */
export function logSoftmax(context: KernelContext, operation: RowOperation): void {
  inPieces(context, operation, (calls, piece) => calls.exports.logSoftmaxRows(...argumentsOf(piece)));
}

/** Elements that make a piece of work, and those done in a nanosecond, roughly. */
const pieceElements = 16384;
const rate = 1;
function inPieces(context: KernelContext, operation: RowOperation, run: (calls: KernelCalls, piece: RowOperation) => void): void {
  const { rows, columns } = operation;
  const step = Math.max(1, Math.floor(pieceElements / Math.max(1, columns)));
  const from = ({ pointer, rowStride }: RowOperation["x"], row: number): RowOperation["x"] => ({
    pointer: pointer + row * rowStride * elementBytes,
    rowStride,
  });
  context.parallel(Math.ceil(rows / step), (rows * columns) / rate, (calls, index) => {
    const row = index * step;
    run(calls, { rows: Math.min(step, rows - row), columns, x: from(operation.x, row), y: from(operation.y, row) });
  });
}

function argumentsOf({ rows, columns, x, y }: RowOperation): Parameters<SoftmaxExports["softmaxRows"]> {
  // The sum is at most `columns`, and what exp leaves must still be a normal number when divided by it.
  const lowest = lowestExp + Math.log(Math.max(1, columns));
  const [xStride, yStride] = [x.rowStride * elementBytes, y.rowStride * elementBytes];
  return [x.pointer, xStride, y.pointer, yStride, columns === 0 ? 0 : rows, columns, lowest];
}

function softmaxRows(kind: "softmax" | "logSoftmax", options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [x, xStride, y, yStride, rows, columns, lowest] = f.parameters("i32", "i32", "i32", "i32", "i32", "i32", "f32");
  const [from, to] = f.localsOf("i32", 2);
  const [maximum, sum, limit] = f.localsOf("v128", 3);
  const minusInfinity = f.f32x4Constant(Number.NEGATIVE_INFINITY);
  const zero = f.f32x4Constant(0);
  const pointers = [
    [x, from],
    [y, to],
  ] as const;
  const pass = (visit: (part: RowPart) => void): void => emitRowPass(f, { columns, pointers, vectors: groupVectors }, visit);

  f.get(lowest).f32x4Splat().set(limit);
  f.repeat(rows, () => {
    f.get(minusInfinity).set(maximum).get(zero).set(sum);
    // NaN is passed over here; its exp is NaN, and so is that of ∞ − ∞.
    pass((part) => {
      part.load(from, minusInfinity);
      foldInto(f, maximum, part.values, "f32x4Pmax");
    });
    combineLanes(f, maximum, "f32x4Pmax");

    pass((part) => {
      part.load(from, minusInfinity);
      for (const value of part.values) f.get(value).get(maximum).f32x4Sub().set(value);
      emitExp(f, part.values, limit);
      if (kind === "softmax") part.store(to);
      foldInto(f, sum, part.values, "f32x4Add");
    });
    combineLanes(f, sum, "f32x4Add");
    if (kind === "softmax") f.f32x4(1).get(sum).f32x4Div().set(sum);
    else {
      // sum − sum is 0 or NaN.
      f.get(sum).get(sum).f32x4Sub();
      emitLog(f, sum);
      f.get(sum).f32x4Add().set(sum);
    }

    pass((part) => {
      part.load(kind === "softmax" ? to : from, zero);
      for (const value of part.values) {
        if (kind === "softmax") f.get(value).get(sum).f32x4Mul().set(value);
        else f.get(value).get(maximum).f32x4Sub().get(sum).f32x4Sub().set(value);
      }
      part.store(to);
    });
    f.increase(x, xStride).increase(y, yStride);
  });
  return f;
}
