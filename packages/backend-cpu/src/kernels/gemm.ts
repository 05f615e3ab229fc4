// Matrix products of strided float32 matrices.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { edgeTileBytes, panelStep, tileRows } from "./tile.ts";
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
  /** All of B as `packRight` leaves it, if that was done ahead. */
  readonly packed?: number | undefined;
  /** m×n; the elements of a row are neighbours. */
  readonly c: { readonly pointer: number; readonly rowStride: number };
  /** Called once per block of C when it is final. */
  readonly done?: BlockDone | undefined;
}

/**
 * C = A·B. C must not overlap A or B.
 *
 * After Goto and van de Geijn (2008): blocks of B are packed into panels, each is used by all rows of A. Rows of A
 * are read where they lie if their elements are neighbours, else copied per block. For a few rows, or one column,
 * packing would cost more than the product: then the large operand is read where it lies if it can be.
 */
export function gemm(context: KernelContext, product: MatrixProduct): void {
  const { m, n, k, a, b, c, packed, done } = product;
  const { exports } = context;
  if (isFasterTransposed(product)) {
    const swapped = { m: n, n: m, k, a: transposed(b), b: transposed(a), c: { ...c, rowStride: 1 } };
    gemm(context, { ...swapped, done: done && ((row0, row1, column0, column1) => done(column0, column1, row0, row1)) });
    return;
  }
  if (n === 1 && a.columnStride === 1) {
    const [copy] = carveScratch(context, k * elementBytes);
    transposeCopy(context, { rows: k, columns: 1, source: b, target: { pointer: copy, rowStride: 1 } });
    exports.dotRows(a.pointer, a.rowStride * elementBytes, m, k, copy, c.pointer, c.rowStride * elementBytes);
    done?.(0, m, 0, 1);
    return;
  }
  const columnsInPlace = m <= tileRows && b.columnStride === 1 ? n & ~3 : 0;
  const mustCopy = a.columnStride !== 1;
  const rows = Math.min(m, blockRows);
  const depth = columnsInPlace > 0 ? k : Math.min(k, blockDepth);
  const copyStride = scratchRowStride(depth);
  const rowStride = mustCopy ? copyStride : a.rowStride;
  const [panels, copies, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
    context,
    packedBytes(depth, Math.min(n - columnsInPlace, blockColumns)),
    mustCopy ? rows * copyStride * elementBytes : 0,
    rows * elementBytes,
    rows * elementBytes,
    elementBytes,
    edgeTileBytes,
  );
  exports.fillSequence(segmentTable, 0, 0, 1);
  exports.fillSequence(resultTable, 0, c.rowStride * elementBytes, rows);

  for (let column = 0, columns = 0; column < n; column += columns) {
    const isPacked = column >= columnsInPlace;
    columns = isPacked ? Math.min(blockColumns, n - column) : columnsInPlace;
    // Without depth there is still one block, which writes zeros.
    for (let k0 = 0; k0 === 0 || k0 < k; k0 += depth || 1) {
      const length = Math.min(depth, k - k0);
      const right = b.pointer + (k0 * b.rowStride + column * b.columnStride) * elementBytes;
      if (isPacked && packed === undefined) packPanels(context, { ...b, pointer: right }, length, columns, panels, length * panelStep);
      for (let row = 0; row < m; row += blockRows) {
        const count = Math.min(blockRows, m - row);
        const left = a.pointer + (row * a.rowStride + k0 * a.columnStride) * elementBytes;
        if (mustCopy) {
          const target = { pointer: copies, rowStride };
          transposeCopy(context, { rows: count, columns: length, source: { ...a, pointer: left }, target });
        }
        exports.fillSequence(rowTable, mustCopy ? copies : left, rowStride * elementBytes, count);
        exports[isPacked ? "tileProduct" : "stripProduct"](
          rowTable,
          count,
          segmentTable,
          1,
          length,
          0,
          !isPacked ? right : packed === undefined ? panels : packed + column * k * elementBytes + k0 * panelStep,
          !isPacked ? b.rowStride * elementBytes : (packed === undefined ? length : k) * panelStep,
          columns,
          resultTable,
          c.pointer + (row * c.rowStride + column) * elementBytes,
          Number(k0 > 0),
          edgeTile,
        );
        if (k0 + length >= k) done?.(row, row + count, column, column + columns);
      }
    }
  }
}

/** The size of B when it is packed whole. */
export const packedRightBytes = ({ n, k }: Pick<MatrixProduct, "n" | "k">): number => packedBytes(k, n);

/** Packs all of B for products with many A: panels of full depth, so that a block's panels are parts of them. */
export function packRight(context: KernelContext, { n, k, b }: Pick<MatrixProduct, "n" | "k" | "b">, target: number): void {
  packPanels(context, b, k, n, target, k * panelStep);
}

/** Whether a product with a vector reads the matrix along its rows only as Cᵀ = Bᵀ·Aᵀ. */
function isFasterTransposed({ m, n, a, b, c }: MatrixProduct): boolean {
  if (n === 1) return m > 1 && a.rowStride === 1 && c.rowStride === 1;
  return m === 1 && b.rowStride === 1 && b.columnStride !== 1;
}

function transposed({ pointer, rowStride, columnStride }: StridedMatrix): StridedMatrix {
  return { pointer, rowStride: columnStride, columnStride: rowStride };
}
