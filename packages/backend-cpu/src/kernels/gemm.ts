// Matrix products of strided float32 matrices.

import { type BlockDone, elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { edgeTileBytes, panelStep, productOfTiles, tileColumns, tileRows } from "./tile.ts";
import { type StridedMatrix, transposeCopy } from "./transpose.ts";

/** Depth of a block: a tile's rows of A and a panel of B fit the first-level cache. */
const blockDepth = 384;
/** Columns of a packed block: `blockDepth` rows of it fit the second-level cache. */
const blockColumns = 1024;
/** Depth of a packed block, so that it takes a few megabytes at most. */
const packedDepth = blockDepth * 5;
/** Rows of a piece at most. */
const blockRows = tileRows * 20;
/** Into so many pieces work is cut at least, if it is long enough; shorter ones cost more than they bring. */
const pieces = 8;
const pieceNanoseconds = 10_000;
/** With at most so many rows of A, which then stay in the caches, many columns of B are cut into at most so many pieces, which pack their own. */
const [narrowRows, narrowColumns, narrowPieces] = [192, 256, 16];
/** Elements of B in such a piece, where one thread does all of them. */
const narrowElements = 65_536;
/** A rough speed: multiply-adds and copied elements per nanosecond. */
export const productSpeed: number = 18;
export const copySpeed: number = 6;

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
  const { m, n, a, b, c, done } = product;
  if (isFasterTransposed(product)) {
    const swapped = { ...product, m: n, n: m, a: transposed(b), b: transposed(a), c: { ...c, rowStride: 1 } };
    gemm(context, { ...swapped, done: done && ((row0, row1, column0, column1) => done(column0, column1, row0, row1)) });
  } else if (n === 1 && a.columnStride === 1) timesVector(context, product);
  else {
    const inPlace = m <= tileRows && b.columnStride === 1 ? n & ~3 : 0;
    if (inPlace > 0) fewRows(context, product, inPlace);
    else if (isNarrow(context, product)) return narrowProduct(context, product);
    for (let column = inPlace; column < n; column += blockColumns) {
      packedColumns(context, product, column, Math.min(blockColumns, n - column));
    }
  }
}

/** The product with a vector: dot products along the rows. */
function timesVector(context: KernelContext, { m, k, a, b, c, done }: MatrixProduct): void {
  const [vector] = carveScratch(context, k * elementBytes);
  transposeCopy(context, { rows: k, columns: 1, source: b, target: { pointer: vector, rowStride: 1 } });
  const rows = Math.ceil(m / pieces);
  context.parallel(Math.ceil(m / rows), (m * k) / copySpeed, ({ exports }, piece) => {
    const row = piece * rows;
    const count = Math.min(rows, m - row);
    const [left, result] = [a.pointer + row * a.rowStride * elementBytes, c.pointer + row * c.rowStride * elementBytes];
    exports.dotRows(left, a.rowStride * elementBytes, count, k, vector, result, c.rowStride * elementBytes);
    done?.(row, row + count, 0, 1);
  });
}

/** A few rows times `columns` columns of B where they lie. */
function fewRows(context: KernelContext, product: MatrixProduct, columns: number): void {
  const { m, k, b } = product;
  // Whole cache lines of B's rows.
  const width = Math.ceil(columns / pieces / 16) * 16;
  context.parallel(Math.ceil(columns / width), (columns * k) / copySpeed, (calls, piece) => {
    const column = piece * width;
    const count = Math.min(width, columns - column);
    const right = { layout: "strip", pointer: b.pointer + column * elementBytes, stride: b.rowStride * elementBytes } as const;
    block(calls, product, { row: 0, rows: m, column, columns: count, depth: 0, length: k, step: Math.max(1, k), right });
  });
}

/** Whether columns of B are pieces enough, and packing them, a thread what another needs, would be felt. */
const isNarrow = ({ isShared }: KernelContext, { m, n, k, a, packed }: MatrixProduct): boolean =>
  packed === undefined && m <= narrowRows && a.columnStride === 1 && (n >= narrowColumns || (!isShared && n * k <= narrowElements));

/** All rows times some columns of B, which each piece packs for itself, where its first caches still have them. */
function narrowProduct(context: KernelContext, product: MatrixProduct): void {
  const { m, n, k, b } = product;
  const nanoseconds = (m * n * k) / productSpeed;
  const wanted = context.isShared ? nanoseconds / pieceNanoseconds : (n * k) / narrowElements;
  const width = share(n, Math.max(1, Math.min(narrowPieces, wanted)), 2 * tileColumns);
  context.parallel(Math.ceil(n / width), nanoseconds, (calls, piece) => {
    const column = piece * width;
    const right = { ...b, layout: "loose", pointer: b.pointer + column * b.columnStride * elementBytes } as const;
    block(calls, product, { row: 0, rows: m, column, columns: Math.min(width, n - column), depth: 0, length: k, step: blockDepth, right });
  });
}

/** All rows times some columns of B, which are packed, a few megabytes at a time. */
function packedColumns(context: KernelContext, product: MatrixProduct, column: number, columns: number): void {
  const { m, k, b, packed } = product;
  const most = packed === undefined ? packedDepth : Math.max(1, k);
  // Without depth there is still one block, which writes zeros.
  for (let depth = 0; depth === 0 || depth < k; depth += most) {
    const length = Math.min(most, k - depth);
    const stride = length * panelStep;
    const panels = packed === undefined ? carveScratch(context, packedBytes(length, columns))[0] : packed + column * k * elementBytes;
    if (packed === undefined) {
      const pointer = b.pointer + (depth * b.rowStride + column * b.columnStride) * elementBytes;
      packRight(context, { n: columns, k: length, b: { ...b, pointer } }, panels);
    }
    const nanoseconds = (m * columns * length) / productSpeed;
    const cut = cutOf(product, columns, nanoseconds);
    const across = Math.ceil(columns / cut.columns);
    context.parallel(Math.ceil(m / cut.rows) * across, nanoseconds, (calls, piece) => {
      const row = Math.floor(piece / across) * cut.rows;
      const first = (piece % across) * cut.columns;
      const right = { layout: "panels", pointer: panels + (first / tileColumns) * stride, stride } as const;
      const [rows, width] = [Math.min(cut.rows, m - row), Math.min(cut.columns, columns - first)];
      block(calls, product, { row, rows, column: column + first, columns: width, depth, length, step: blockDepth, right });
    });
  }
}

/** The rows and columns of a piece. Where A is copied, cutting columns would copy it again, so rows are cut first. */
function cutOf({ m, a }: MatrixProduct, columns: number, nanoseconds: number): { readonly rows: number; readonly columns: number } {
  const wanted = Math.min(pieces, nanoseconds / pieceNanoseconds);
  const least = Math.ceil(m / blockRows);
  const down = a.columnStride === 1 ? least : Math.max(least, Math.min(wanted, m / (4 * tileRows)));
  const across = Math.max(1, Math.min(wanted / down, columns / (8 * tileColumns)));
  const rows = Math.max(down, Math.min(wanted / across, m / (2 * tileRows)));
  return { rows: share(m, rows, tileRows), columns: share(columns, across, tileColumns) };
}

/** What each of so many parts has at most, in whole units. */
const share = (count: number, parts: number, unit: number): number => Math.max(1, Math.ceil(count / Math.ceil(parts) / unit)) * unit;

/** Some rows times some columns, over some of the depth. */
interface Block {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
  /** Where the depth begins, how long it is, and how much of it is done at once. */
  readonly depth: number;
  readonly length: number;
  readonly step: number;
  /** B from there on: read in place, its rows `stride` bytes apart; in panels so many bytes apart; or still to be packed. */
  readonly right:
    | { readonly layout: "strip" | "panels"; readonly pointer: number; readonly stride: number }
    | ({ readonly layout: "loose" } & StridedMatrix);
}

function block(
  calls: KernelCalls,
  { k, a, c, done }: MatrixProduct,
  { row, rows, column, columns, depth, length, step, right }: Block,
): void {
  const { exports } = calls;
  const mustCopy = a.columnStride !== 1;
  const rowStride = mustCopy ? scratchRowStride(Math.min(length, step)) : a.rowStride;
  const [panels, copies, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
    calls,
    right.layout === "loose" ? packedBytes(Math.min(length, step), columns) : 0,
    mustCopy ? rows * rowStride * elementBytes : 0,
    rows * elementBytes,
    rows * elementBytes,
    elementBytes,
    edgeTileBytes,
  );
  exports.fillSequence(segmentTable, 0, 0, 1);
  exports.fillSequence(resultTable, 0, c.rowStride * elementBytes, rows);
  for (let from = 0; from === 0 || from < length; from += step) {
    const count = Math.min(step, length - from);
    const left = a.pointer + (row * a.rowStride + (depth + from) * a.columnStride) * elementBytes;
    if (mustCopy) transposeCopy(calls, { rows, columns: count, source: { ...a, pointer: left }, target: { pointer: copies, rowStride } });
    exports.fillSequence(rowTable, mustCopy ? copies : left, rowStride * elementBytes, rows);
    const { layout } = right;
    let [pointer, stride] = [panels, count * panelStep];
    if (layout === "loose") {
      const source = { ...right, pointer: right.pointer + from * right.rowStride * elementBytes };
      packPanels(calls, source, count, columns, panels, stride);
    } else [pointer, stride] = [right.pointer + from * (layout === "strip" ? right.stride : panelStep), right.stride];
    const multiply = layout === "strip" ? exports.stripProduct : productOfTiles(exports, rows, columns);
    multiply(
      rowTable,
      rows,
      segmentTable,
      1,
      count,
      0,
      pointer,
      stride,
      columns,
      resultTable,
      c.pointer + (row * c.rowStride + column) * elementBytes,
      Number(depth + from > 0),
      edgeTile,
    );
  }
  if (depth + length >= k) done?.(row, row + rows, column, column + columns);
}

/** The size of B when it is packed whole. */
export const packedRightBytes = ({ n, k }: Pick<MatrixProduct, "n" | "k">): number => packedBytes(k, n);

/** Which part of the time of a product with so many rows packing takes. */
export const packingPart = (rows: number): number => productSpeed / (productSpeed + copySpeed * rows);

/** Packs B into panels; whole, for products with many A, it is `packed` of theirs. */
export function packRight(context: KernelContext, { n, k, b }: Pick<MatrixProduct, "n" | "k" | "b">, target: number): void {
  const columns = Math.max(1, Math.ceil(n / tileColumns / pieces)) * tileColumns;
  const stride = k * panelStep;
  context.parallel(Math.ceil(n / columns), (k * n) / copySpeed, (calls, piece) => {
    const first = piece * columns;
    const pointer = b.pointer + first * b.columnStride * elementBytes;
    packPanels(calls, { ...b, pointer }, k, Math.min(columns, n - first), target + (first / tileColumns) * stride, stride);
  });
}

/** Whether a product with a vector reads the matrix along its rows only as Cᵀ = Bᵀ·Aᵀ. */
function isFasterTransposed({ m, n, a, b, c }: MatrixProduct): boolean {
  if (n === 1) return m > 1 && a.rowStride === 1 && c.rowStride === 1;
  return m === 1 && b.rowStride === 1 && b.columnStride !== 1;
}

function transposed({ pointer, rowStride, columnStride }: StridedMatrix): StridedMatrix {
  return { pointer, rowStride: columnStride, columnStride: rowStride };
}
