// Products of a few rows with a matrix: each element of the matrix is used once or twice, so packing it
// would cost more than the product.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { elementBytes, type KernelOptions } from "./context.ts";
import { reduceLanes, setEnd } from "./row-pieces.ts";

/** More rows than this are faster through packed panels. */
export const skinnyRows = 6;

export interface SkinnyExports {
  /**
   * C[r, :] (+)= Σk A[r, k] · B[k, :] for at most 6 rows; strides in bytes, the elements of a row of A, B and C
   * are neighbours. Computes the first ⌊columns / 4⌋ · 4 columns only.
   */
  rowsTimesMatrix(
    a: number,
    aStride: number,
    rows: number,
    depth: number,
    b: number,
    bStride: number,
    columns: number,
    c: number,
    cStride: number,
    accumulate: number,
  ): void;
  /** out[i] (+)= Σk matrix[i, k] · vector[k]; strides in bytes, the elements of a row are neighbours. */
  matrixTimesVector(
    matrix: number,
    rowStride: number,
    rows: number,
    depth: number,
    vector: number,
    out: number,
    outStride: number,
    accumulate: number,
  ): void;
}

export function skinnyFunctions(options: KernelOptions): Record<keyof SkinnyExports, FunctionBuilder> {
  return { rowsTimesMatrix: rowsTimesMatrix(options), matrixTimesVector: matrixTimesVector(options) };
}

/** Vectors of columns per pass for 1 to 6 rows: enough accumulators to hide the latency of multiply-add. */
const vectorsForRows = [8, 4, 4, 3, 2, 2] as const;

function rowsTimesMatrix(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder();
  const [a, aStride, rows, depth, b, bStride, columns, c, cStride, accumulate] = f.parametersOf("i32", 10);
  const allColumns = (rowCount: number, vectors: number): void => {
    const strip = columnStrip(rowCount, vectors, options);
    const bytes = vectors * 16;
    f.repeat(
      columns,
      () => {
        f.callWith(strip, a, aStride, depth, b, bStride, c, cStride, accumulate);
        f.increase(b, bytes).increase(c, bytes);
      },
      vectors * 4,
    );
  };
  for (const [index, widest] of vectorsForRows.entries()) {
    const rowCount = index + 1;
    f.get(rows).i32(rowCount).i32Eq();
    f.if(() => {
      allColumns(rowCount, widest);
      allColumns(rowCount, 1);
    });
  }
  return f;
}

/** A strip of `vectors`·4 columns over the whole depth, B read where it lies. */
function columnStrip(rows: number, vectors: number, options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [a, aStride, depth, b, bStride, c, cStride, accumulate] = f.parametersOf("i32", 8);
  const sums = f.locals("v128", rows, vectors);
  const right = f.locals("v128", vectors);
  const left = f.local("v128");
  const row = f.locals("i32", rows);
  const [end, address] = f.localsOf("i32", 2);
  const multiply = (steps: number): void => {
    for (let step = 0; step < steps; step += 1) {
      for (let v = 0; v < vectors; v += 1) {
        const place = v * 16;
        f.get(b).v128Load(place).set(right(v));
      }
      for (let r = 0; r < rows; r += 1) {
        const place = step * elementBytes;
        f.get(row(r)).v128Load32Splat(place).set(left);
        for (let v = 0; v < vectors; v += 1) f.f32x4MultiplyAdd(left, right(v), sums(r, v)).set(sums(r, v));
      }
      f.increase(b, bStride);
    }
    for (let r = 0; r < rows; r += 1) f.increase(row(r), steps * elementBytes);
  };
  /** Calls back with each vector of the strip and its address in the result: a local and an offset. */
  const eachResult = (visit: (sum: Local, place: number) => void): void => {
    f.get(c).set(address);
    for (let r = 0; r < rows; r += 1) {
      for (let v = 0; v < vectors; v += 1) visit(sums(r, v), v * 16);
      f.increase(address, cStride);
    }
  };
  setRows(f, row, rows, a, aStride);
  f.get(accumulate);
  f.if(() => eachResult((sum, place) => f.get(address).v128Load(place).set(sum)));
  setEnd(f, end, a, depth, 4);
  f.whileBelow(row(0), end, () => multiply(4));
  setEnd(f, end, a, depth);
  f.whileBelow(row(0), end, () => multiply(1));
  eachResult((sum, place) => f.get(address).get(sum).v128Store(place));
  return f;
}

/** row(0) = first, row(1) = first + stride, … */
function setRows(f: FunctionBuilder, row: (r: number) => Local, rows: number, first: Local, stride: Local): void {
  f.get(first).set(row(0));
  for (let r = 1; r < rows; r += 1)
    f.get(row(r - 1))
      .get(stride)
      .i32Add()
      .set(row(r));
}

/** Dot products, four rows at a time, so that each load of the vector serves four. */
function matrixTimesVector(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder();
  const [matrix, rowStride, rows, depth, vector, out, outStride, accumulate] = f.parametersOf("i32", 8);
  for (const count of [4, 1]) {
    const dots = dotProducts(count, options);
    f.repeat(
      rows,
      () => {
        f.callWith(dots, matrix, rowStride, depth, vector, out, outStride, accumulate);
        f.get(rowStride).i32(count).i32Mul().get(matrix).i32Add().set(matrix);
        f.get(outStride).i32(count).i32Mul().get(out).i32Add().set(out);
      },
      count,
    );
  }
  return f;
}

function dotProducts(rows: number, options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [matrix, rowStride, depth, vector, out, outStride, accumulate] = f.parametersOf("i32", 7);
  const sums = f.locals("v128", rows, 2);
  const totals = f.locals("f32", rows);
  const right = f.local("v128");
  const row = f.locals("i32", rows);
  const [start, end] = f.localsOf("i32", 2);
  const eachRow = (body: (r: number) => void): void => {
    for (let r = 0; r < rows; r += 1) body(r);
  };
  const multiplyVector = (half: number): void => {
    const place = half * 16;
    f.get(vector).v128Load(place).set(right);
    eachRow((r) => {
      f.f32x4MultiplyAdd(() => f.get(row(r)).v128Load(place), right, sums(r, half)).set(sums(r, half));
    });
  };
  setRows(f, row, rows, matrix, rowStride);
  f.get(vector).set(start);
  setEnd(f, end, start, depth, 8);
  f.whileBelow(vector, end, () => {
    multiplyVector(0);
    multiplyVector(1);
    eachRow((r) => f.increase(row(r), 32));
    f.increase(vector, 32);
  });
  setEnd(f, end, start, depth);
  f.whileBelow(vector, end, () => {
    eachRow((r) => {
      f.get(vector).f32Load().get(row(r)).f32Load().f32Mul().get(totals(r)).f32Add().set(totals(r));
      f.increase(row(r), elementBytes);
    });
    f.increase(vector, elementBytes);
  });
  eachRow((r) => {
    f.get(sums(r, 0)).get(sums(r, 1)).f32x4Add().set(right);
    reduceLanes(f, right, sums(r, 0), "f32x4Add").get(totals(r)).f32Add().set(totals(r));
    f.get(accumulate);
    f.if(() => f.get(out).f32Load().get(totals(r)).f32Add().set(totals(r)));
    f.get(out).get(totals(r)).f32Store();
    f.increase(out, outStride);
  });
  return f;
}
