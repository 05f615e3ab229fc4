// What attention and its gradients share: blocks of queries and keys, products on them, and what of a block does not count.

import { elementBytes, type KernelCalls } from "./context.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { edgeTileBytes, panelStep, productOfTiles } from "./tile.ts";
import type { StridedMatrix } from "./transpose.ts";

/** How many queries and keys make a block, at most: its scores fit the second-level cache. Multiples of a tile's rows and a panel's columns. */
export interface BlockSizes {
  readonly queries: number;
  readonly keys: number;
}
const largest: BlockSizes = { queries: 132, keys: 128 };
/** Where the order counts, smaller blocks leave more of them out. */
export const blockSizes = (causal: boolean): BlockSizes => (causal ? { queries: 132, keys: 64 } : largest);
/** Multiply-adds in a nanosecond, roughly. */
export const rate = 20;

/** A matrix of bytes, 0 where a query may not see a key; steps in bytes, any value. */
export interface Mask {
  readonly pointer: number;
  readonly queryStep: number;
  readonly keyStep: number;
}
/** One head: matrices of steps × features. */
export interface Head {
  readonly query: StridedMatrix;
  readonly key: StridedMatrix;
  readonly value: StridedMatrix;
  readonly mask: Mask | undefined;
}
/** What all heads have in common. */
export interface AttentionSizes {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** Of a query and a key, and of a value. */
  readonly features: number;
  readonly valueFeatures: number;
  /** Positive. */
  readonly scale: number;
  readonly causal: boolean;
}

/** A part of the steps: `count` from `start` on. */
export interface Span {
  readonly start: number;
  readonly count: number;
}
export function* spans(from: number, to: number, size: number): Generator<Span> {
  for (let start = from; start < to; start += size) yield { start, count: Math.min(size, to - start) };
}

export const transposed = ({ pointer, rowStride, columnStride }: StridedMatrix): StridedMatrix => ({
  pointer,
  rowStride: columnStride,
  columnStride: rowStride,
});
export const rowsFrom = (matrix: StridedMatrix, row: number): StridedMatrix => ({
  ...matrix,
  pointer: matrix.pointer + row * matrix.rowStride * elementBytes,
});

// ---- Products

/** A matrix whose rows' elements are neighbours. */
export interface Rows {
  readonly pointer: number;
  readonly rowStride: number;
}
const tableBytes = Math.max(largest.queries, largest.keys) * elementBytes;
/** Scratch for the tables of `multiply`. */
export const productBytes: number = 2 * tableBytes + 64 + edgeTileBytes;

/** Packs a whole right operand. */
export function pack(calls: KernelCalls, source: StridedMatrix, depth: number, columns: number, panels: number): void {
  packPanels(calls, source, depth, columns, panels, depth * panelStep);
}
/** Packs the steps of a matrix in blocks, each a right operand of its own. */
export function packBlocks(calls: KernelCalls, source: StridedMatrix, steps: Span[], columns: number, panels: number): void {
  for (const { start, count } of steps) pack(calls, rowsFrom(source, start), count, columns, panels + packedBytes(start, columns));
}

/** C = A·B or C += A·B for a block: A has `m` rows of `depth` elements, B is packed and has `n` columns. */
export function multiply(
  { exports }: KernelCalls,
  tables: number,
  { m, n, depth, a, panels, c, adds }: { m: number; n: number; depth: number; a: Rows; panels: number; c: Rows; adds: boolean },
): void {
  const [results, zero] = [tables + tableBytes, tables + 2 * tableBytes];
  exports.fillSequence(tables, a.pointer, a.rowStride * elementBytes, m);
  exports.fillSequence(results, 0, c.rowStride * elementBytes, m);
  exports.fillSequence(zero, 0, 0, 1);
  const product = productOfTiles(exports, m, n);
  product(tables, m, zero, 1, depth, 0, panels, depth * panelStep, n, results, c.pointer, Number(adds), zero + 64);
}

// ---- What does not count

/** Bytes on either side of the step in the tables below; no block reaches further. */
const reach = 512;
/** Scratch for a table of `makeStep`. */
export const stepBytes: number = 2 * reach;
/** Fills a table: ones, then zeros, along the keys of a row of queries; zeros, then ones, along the queries of a row of keys. */
export function makeStep({ exports }: KernelCalls, table: number, keysFirst: boolean): void {
  const [seen, hidden] = keysFirst ? [table + reach, table] : [table, table + reach];
  exports.fillSequence(seen, 0x01010101, 0, reach / elementBytes);
  exports.fillZero(hidden, reach);
}
/** Whether no query of a block may see any of its keys, though all may see some. */
export const isHidden = (causal: boolean, mask: Mask | undefined, queries: Span, keys: Span): boolean =>
  causal && !mask && keys.start >= queries.start + queries.count;

/** A block of queries × keys, or of keys × queries. */
export interface Block {
  readonly x: Rows;
  readonly queries: Span;
  readonly keys: Span;
  readonly keysFirst: boolean;
}
/** Sets what does not count to a value. `step` is a table of `makeStep` for such a block, where the order counts. */
export function fillHidden(calls: KernelCalls, mask: Mask | undefined, step: number | undefined, block: Block, value: number): void {
  const { x, queries, keys, keysFirst } = block;
  const [rows, columns] = keysFirst ? [keys, queries] : [queries, keys];
  const fill = (pointer: number, rowStep: number, columnStep: number): void =>
    calls.exports.fillMasked(x.pointer, x.rowStride * elementBytes, rows.count, columns.count, pointer, rowStep, columnStep, value);
  if (mask) {
    const pointer = mask.pointer + queries.start * mask.queryStep + keys.start * mask.keyStep;
    if (keysFirst) fill(pointer, mask.keyStep, mask.queryStep);
    else fill(pointer, mask.queryStep, mask.keyStep);
  }
  if (step === undefined || queries.start >= keys.start + keys.count - 1) return;
  // Far ahead of the queries all keys are alike.
  const ahead = Math.min(keys.start - queries.start, largest.queries);
  fill(step + reach + (keysFirst ? -ahead : ahead - 1), -1, 1);
}
/** A score so low that it does not count beside any other; finite, so that queries that may see nothing see all alike. */
export const hiddenScore = (scale: number): number => -2.3819763e38 / Math.max(1, scale);
