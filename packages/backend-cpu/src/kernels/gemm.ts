// Matrix products of strided float32 matrices, single or batched.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { packedBytes } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { skinnyRows } from "./skinny.ts";
import { edgeTileBytes, panelStep, prepareEdgeTile, tileRows } from "./tile.ts";
import { type StridedMatrix, transposeCopy } from "./transpose.ts";

/** Depth of a packed block: a tile's rows of A and a panel of B fit the first-level cache. */
const blockDepth = 384;
/** Columns of a packed block: B's block fits the second-level cache. */
const blockColumns = 1024;
/** Rows between two calls of `done`. */
const blockRows = tileRows * 20;

export interface MatrixProduct {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** m×k; strides in elements, any value. */
  readonly a: StridedMatrix;
  /** k×n; strides in elements, any value. */
  readonly b: StridedMatrix;
  /** m×n; the elements of a row are neighbours. */
  readonly c: { readonly pointer: number; readonly rowStride: number };
  /** Adds to C instead of overwriting it. Default: false. */
  readonly accumulate?: boolean;
  /** Called once per block of C when it is final; rows of batch item i count from i·m. */
  readonly done?: BlockDone;
  /** Several products of one shape. Strides in elements; 0 uses the same matrix for all. Default: one. */
  readonly batch?: BatchStrides;
}

export interface BatchStrides {
  readonly count: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** C = A·B, or C += A·B. C must not overlap A or B. */
export function gemm(context: KernelContext, product: MatrixProduct): void {
  const { m, a, b, c, batch, done } = product;
  if (batch === undefined) {
    productOnce(context, product);
  } else if (batch.b === 0 && batch.a === m * a.rowStride && batch.c === m * c.rowStride) {
    // The items lie below each other and share B: one tall product.
    productOnce(context, { ...product, m: m * batch.count });
  } else {
    for (let item = 0; item < batch.count; item += 1) {
      const first = item * m;
      productOnce(context, {
        ...omitDone(product),
        a: { ...a, pointer: a.pointer + item * batch.a * elementBytes },
        b: { ...b, pointer: b.pointer + item * batch.b * elementBytes },
        c: { ...c, pointer: c.pointer + item * batch.c * elementBytes },
        ...(done && { done: (row0, row1, column0, column1) => done(first + row0, first + row1, column0, column1) }),
      });
    }
  }
}

function productOnce(context: KernelContext, product: MatrixProduct): void {
  const { m, n, done } = product;
  if (m === 0 || n === 0) return;
  if (productInPlace(context, product)) done?.(0, m, 0, n);
  else blockedProduct(context, product);
}

/** Products with a vector or a few rows, which read the large operand where it lies; false if it is none. */
function productInPlace(context: KernelContext, product: MatrixProduct): boolean {
  const { m, n, a, b, c } = product;
  if (n === 1 && a.columnStride === 1) {
    matrixTimesVector(context, product, { matrix: a, rows: m, vector: column(b), outStride: c.rowStride });
  } else if (m === 1 && b.rowStride === 1) {
    matrixTimesVector(context, product, { matrix: transposed(b), rows: n, vector: row(a), outStride: 1 });
  } else if (n === 1 && a.rowStride === 1 && c.rowStride === 1) {
    skinnyProduct(context, { ...product, m: 1, n: m, a: transposed(b), b: transposed(a) });
  } else if (m <= skinnyRows && b.columnStride === 1) {
    skinnyProduct(context, product);
  } else {
    return false;
  }
  return true;
}

interface VectorProduct {
  readonly matrix: StridedMatrix;
  readonly rows: number;
  readonly vector: { readonly pointer: number; readonly stride: number };
  readonly outStride: number;
}

function matrixTimesVector(context: KernelContext, product: MatrixProduct, parts: VectorProduct): void {
  const { k, c, accumulate = false } = product;
  const { matrix, rows, vector, outStride } = parts;
  const source = { pointer: vector.pointer, rowStride: 0, columnStride: vector.stride };
  const dense = denseRows(context, source, 1, k);
  context.exports.matrixTimesVector(
    matrix.pointer,
    matrix.rowStride * elementBytes,
    rows,
    k,
    dense.pointer,
    c.pointer,
    outStride * elementBytes,
    Number(accumulate),
  );
}

function skinnyProduct(context: KernelContext, product: MatrixProduct): void {
  const { m, n, k, a, b, c, accumulate = false } = product;
  const strips = n & ~3;
  if (strips < n) {
    blockedProduct(context, {
      ...omitDone(product),
      n: n - strips,
      b: { ...b, pointer: b.pointer + strips * b.columnStride * elementBytes },
      c: { ...c, pointer: c.pointer + strips * elementBytes },
    });
  }
  const dense = denseRows(context, a, m, k);
  context.exports.rowsTimesMatrix(
    dense.pointer,
    dense.rowStride * elementBytes,
    m,
    k,
    b.pointer,
    b.rowStride * elementBytes,
    strips,
    c.pointer,
    c.rowStride * elementBytes,
    Number(accumulate),
  );
}

/**
 * The general case, after Goto and van de Geijn (2008): blocks of B are packed into panels, each is used by
 * all rows of A. Rows of A are read where they lie if their elements are neighbours, else copied per block.
 */
function blockedProduct(context: KernelContext, product: MatrixProduct): void {
  const { m, n, k, a, b, c, accumulate = false, done } = product;
  const { exports } = context;
  const depth = Math.min(k, blockDepth);
  const mustCopy = a.columnStride !== 1;
  const copyStride = scratchRowStride(depth);
  const rows = Math.min(m, blockRows);
  const [panels, copies, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
    context,
    packedBytes(depth, Math.min(n, blockColumns)),
    mustCopy ? rows * copyStride * elementBytes : 0,
    rows * elementBytes,
    rows * elementBytes,
    elementBytes,
    edgeTileBytes,
  );
  prepareEdgeTile(exports, edgeTile);
  exports.fillSequence(segmentTable, 0, 0, 1);
  exports.fillSequence(resultTable, 0, c.rowStride * elementBytes, rows);
  const rowStride = (mustCopy ? copyStride : a.rowStride) * elementBytes;
  if (mustCopy) exports.fillSequence(rowTable, copies, rowStride, rows);

  for (const [column0, columns] of blocks(n, blockColumns)) {
    for (const [k0, length] of blocks(k, blockDepth)) {
      exports.packPanels(
        b.pointer + (k0 * b.rowStride + column0 * b.columnStride) * elementBytes,
        b.rowStride * elementBytes,
        b.columnStride * elementBytes,
        length,
        columns,
        panels,
        length * panelStep,
      );
      for (const [row0, count] of blocks(m, blockRows)) {
        const pointer = a.pointer + (row0 * a.rowStride + k0 * a.columnStride) * elementBytes;
        if (mustCopy) {
          const target = { pointer: copies, rowStride: copyStride };
          transposeCopy(context, { rows: count, columns: length, source: { ...a, pointer }, target });
        } else {
          exports.fillSequence(rowTable, pointer, rowStride, count);
        }
        exports.tileProduct(
          rowTable,
          count,
          segmentTable,
          1,
          length,
          0,
          panels,
          length * panelStep,
          columns,
          resultTable,
          c.pointer + (row0 * c.rowStride + column0) * elementBytes,
          Number(accumulate || k0 > 0),
          edgeTile,
        );
        if (k0 + length >= k) done?.(row0, row0 + count, column0, column0 + columns);
      }
    }
  }
}

/** Start and length of consecutive blocks; one empty block if there is nothing to divide. */
function blocks(extent: number, size: number): (readonly [start: number, length: number])[] {
  const count = Math.max(1, Math.ceil(extent / size));
  return Array.from({ length: count }, (_, index) => [index * size, Math.min(size, extent - index * size)]);
}

/** The matrix itself if the elements of its rows are neighbours, else a copy in scratch that is so. */
function denseRows(context: KernelContext, matrix: StridedMatrix, rows: number, columns: number): StridedMatrix {
  if (matrix.columnStride === 1 || columns <= 1) return matrix;
  const rowStride = scratchRowStride(columns);
  const [pointer] = carveScratch(context, rows * rowStride * elementBytes);
  const copy = { pointer, rowStride, columnStride: 1 };
  transposeCopy(context, { rows, columns, source: matrix, target: copy });
  return copy;
}

function transposed({ pointer, rowStride, columnStride }: StridedMatrix): StridedMatrix {
  return { pointer, rowStride: columnStride, columnStride: rowStride };
}

function column({ pointer, rowStride }: StridedMatrix): VectorProduct["vector"] {
  return { pointer, stride: rowStride };
}

function row({ pointer, columnStride }: StridedMatrix): VectorProduct["vector"] {
  return { pointer, stride: columnStride };
}

function omitDone(product: MatrixProduct): Omit<MatrixProduct, "done"> {
  const { done: _, ...rest } = product;
  return rest;
}
