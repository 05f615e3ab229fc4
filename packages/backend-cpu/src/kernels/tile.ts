// The tile product: sums of products of rows found through pointers with a packed matrix.
//
// This is the inner part of matrix products and of convolutions alike. Row r of the result is
//
//   C[r, :] = Σ over segments s, Σ over k < length:  A[rowTable[r] + segmentTable[s] + k] · B[s·length + k, :]
//
// A matrix product has one segment. A convolution has one per kernel row: row r points at the first pixel
// under the kernel, the segment's offset at the kernel row, and the pixels of a kernel row lie side by side.
// The result's rows are found through a table too. So no operand is ever rearranged into a large matrix.
//
// A tile is 6 rows by 8 columns: 12 accumulators, 2 vectors of B and 1 of A are the 15 registers that V8
// hands out; larger tiles spill and lose 40 %.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { elementBytes, type KernelOptions } from "./context.ts";
import { setEnd } from "./row-pieces.ts";

/** Rows of a tile. */
export const tileRows = 6;
/** Columns of a tile, and of a panel of packed B. Of a last panel of 1–4 columns only the left half is read. */
export const tileColumns = 8;
/** Scratch for a tile at the right edge: its 6×8 elements, then the offsets of its rows. */
export const edgeTileBytes = 256;
const edgeTableOffset = tileRows * tileColumns * 4;
/** Bytes of the entries for one tile in a table of rows. */
const tableBytes = tileRows * 4;
/** Bytes from one k to the next in a panel. */
export const panelStep: number = tileColumns * 4;

export interface TileExports {
  /**
   * Multiplies `rows` rows with all panels of B. Tables hold int32 bytes: pointers (rowTable), offsets
   * (segmentTable) and offsets that are added to `c` (resultTable). `aOffset` is added to all of A's
   * addresses. Panels are k-major, `panelStride` bytes apart, see `packPanels`.
   */
  tileProduct(
    rowTable: number,
    rows: number,
    segmentTable: number,
    segments: number,
    length: number,
    aOffset: number,
    b: number,
    panelStride: number,
    columns: number,
    resultTable: number,
    c: number,
    accumulate: number,
    edgeTile: number,
  ): void;
  /** Writes `count` int32: start, start + step, … */
  fillSequence(table: number, start: number, step: number, count: number): void;
}

export function tileFunctions(options: KernelOptions): Record<keyof TileExports, FunctionBuilder> {
  return { tileProduct: tileProduct(options), fillSequence: fillSequence() };
}

/** Writes the table of row offsets that an edge tile is stored through. */
export function prepareEdgeTile(exports: TileExports, edgeTile: number): void {
  exports.fillSequence(edgeTile + edgeTableOffset, 0, tileColumns * 4, tileRows);
}

/** All rows: whole tiles first, then one smaller tile for what is left. */
function tileProduct(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder();
  const [rowTable, rows, segmentTable, segments, length, aOffset, b, panelStride, columns, resultTable, c, accumulate, edgeTile] =
    f.parametersOf("i32", 13);
  const segmentsEnd = f.local("i32");
  const storeEdge = edgeStore();
  const callBand = (count: number): FunctionBuilder => {
    const operands = [rowTable, segmentTable, segmentsEnd, length, aOffset, b, panelStride, columns];
    return f.callWith(tileBand(count, storeEdge, options), ...operands, resultTable, c, accumulate, edgeTile);
  };
  setEnd(f, segmentsEnd, segmentTable, segments);
  f.repeat(
    rows,
    () => {
      callBand(tileRows);
      f.increase(rowTable, tableBytes).increase(resultTable, tableBytes);
    },
    tileRows,
  );
  for (let count = 1; count < tileRows; count += 1) {
    f.get(rows).i32(count).i32Eq();
    f.if(() => callBand(count));
  }
  return f;
}

/** One row of tiles: the rows of A stay in the first-level cache while the panels of B pass by. */
function tileBand(rows: number, storeEdge: FunctionBuilder, options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder();
  const [rowTable, segmentTable, segmentsEnd, length, aOffset, b, panelStride, columns, resultTable, c, accumulate, edgeTile] =
    f.parametersOf("i32", 12);
  const operands = [rowTable, segmentTable, segmentsEnd, length, aOffset, b];
  const [wideTile, narrowTile] = [tile(rows, 2, options), tile(rows, 1, options)];
  f.repeat(
    columns,
    () => {
      f.callWith(wideTile, ...operands, resultTable, c, accumulate);
      f.increase(b, panelStride).increase(c, panelStep);
    },
    tileColumns,
  );
  f.get(columns);
  f.if(() => {
    const edgeTable = (): FunctionBuilder => f.get(edgeTile).i32(edgeTableOffset).i32Add();
    f.get(columns).i32(4).i32GtU();
    f.if(
      () => f.callWith(wideTile, ...operands, edgeTable, edgeTile, 0),
      () => f.callWith(narrowTile, ...operands, edgeTable, edgeTile, 0),
    );
    f.callWith(storeEdge, edgeTile, rows, columns, resultTable, c, accumulate);
  });
  return f;
}

/** One tile: `vectors`·4 columns, accumulated in registers over all segments. */
function tile(rows: number, vectors: number, options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [rowTable, segment, segmentsEnd, length, aOffset, b, resultTable, c, accumulate] = f.parametersOf("i32", 9);
  const sums = f.locals("v128", rows, vectors);
  const right = f.locals("v128", vectors);
  const left = f.local("v128");
  const row = f.locals("i32", rows);
  const [end, offset] = f.localsOf("i32", 2);

  /** Multiplies some steps along k and moves on by as many. */
  const multiply = (steps: number): void => {
    for (let step = 0; step < steps; step += 1) {
      for (let v = 0; v < vectors; v += 1) {
        const place = step * panelStep + v * 16;
        f.get(b).v128Load(place).set(right(v));
      }
      for (let r = 0; r < rows; r += 1) {
        const place = step * elementBytes;
        f.get(row(r)).v128Load32Splat(place).set(left);
        for (let v = 0; v < vectors; v += 1) f.f32x4MultiplyAdd(left, right(v), sums(r, v)).set(sums(r, v));
      }
    }
    for (let r = 0; r < rows; r += 1) f.increase(row(r), steps * elementBytes);
    f.increase(b, steps * panelStep);
  };
  /** Calls back with each vector of the tile and its address in the result: a local and an offset. */
  const eachResult = (visit: (sum: Local, address: Local, place: number) => void): void => {
    for (let r = 0; r < rows; r += 1) {
      pushEntry(f, resultTable, r).get(c).i32Add().set(offset);
      for (let v = 0; v < vectors; v += 1) visit(sums(r, v), offset, v * 16);
    }
  };

  f.get(accumulate);
  f.if(() => eachResult((sum, address, place) => f.get(address).v128Load(place).set(sum)));
  f.whileBelow(segment, segmentsEnd, () => {
    f.get(segment).i32Load().get(aOffset).i32Add().set(offset);
    for (let r = 0; r < rows; r += 1) pushEntry(f, rowTable, r).get(offset).i32Add().set(row(r));
    setEnd(f, end, row(0), length, 8);
    f.whileBelow(row(0), end, () => multiply(8));
    f.get(length).i32(4).i32And();
    f.if(() => multiply(4));
    f.get(length).i32(3).i32And().set(offset);
    setEnd(f, end, row(0), offset);
    f.whileBelow(row(0), end, () => multiply(1));
    f.increase(segment, elementBytes);
  });
  eachResult((sum, address, place) => f.get(address).get(sum).v128Store(place));
  return f;
}

/** Pushes an entry of a table of int32. */
function pushEntry(f: FunctionBuilder, table: Local, index: number): FunctionBuilder {
  return f.get(table).i32Load(index * elementBytes);
}

/** Copies or adds the valid columns of an edge tile into the result. */
function edgeStore(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [edgeTile, rows, columns, resultTable, c, accumulate] = f.parametersOf("i32", 6);
  const [source, target, end] = f.localsOf("i32", 3);
  f.repeat(rows, () => {
    f.get(edgeTile).set(source);
    pushEntry(f, resultTable, 0).get(c).i32Add().set(target);
    setEnd(f, end, source, columns);
    f.whileBelow(source, end, () => {
      f.get(target).get(source).f32Load();
      f.get(accumulate);
      f.if(
        () => f.get(target).f32Load(),
        () => f.f32(-0),
        "f32",
      );
      f.f32Add().f32Store();
      f.increase(source, elementBytes).increase(target, elementBytes);
    });
    f.increase(edgeTile, panelStep).increase(resultTable, elementBytes);
  });
  return f;
}

function fillSequence(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [table, value, step, count] = f.parametersOf("i32", 4);
  f.repeat(count, () => {
    f.get(table).get(value).i32Store();
    f.increase(table, 4).increase(value, step);
  });
  return f;
}
