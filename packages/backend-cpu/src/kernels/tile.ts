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

import { FunctionBuilder, type Local, type Operand } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes, type KernelOptions } from "./context.ts";
import { setEnd } from "./row-pass.ts";

/** Rows of a tile. */
export const tileRows = 6;
/** Columns of a tile, and of a panel of packed B. Of a last panel of 1–4 columns only the left half is read. */
export const tileColumns = 8;
/** Scratch for a tile at the right edge: its 6×8 elements, then the offsets of its rows. */
export const edgeTileBytes = 256;
const edgeTableOffset = tileRows * tileColumns * 4;
/** Bytes from one k to the next in a panel. */
export const panelStep: number = tileColumns * 4;
/** Vectors of columns per pass over B in place, for 1 to 6 rows: enough accumulators to hide the latency of multiply-add. */
const stripVectors = [8, 4, 4, 3, 2, 2] as const;

/**
 * Multiplies `rows` rows with all columns of B. Tables hold int32 bytes: pointers (rowTable), offsets
 * (segmentTable) and offsets that are added to `c` (resultTable). `aOffset` is added to all of A's addresses.
 */
export type Product = (
  rowTable: number,
  rows: number,
  segmentTable: number,
  segments: number,
  length: number,
  aOffset: number,
  b: number,
  bStride: number,
  columns: number,
  resultTable: number,
  c: number,
  accumulate: number,
  edgeTile: number,
) => void;

export interface TileExports {
  /** B is packed in panels that are `bStride` bytes apart, see `packPanels`. */
  readonly tileProduct: Product;
  /** The same where whole tiles are enough, see `productOfTiles`. */
  readonly wholeTileProduct: Product;
  /** B is read where it lies, its rows `bStride` bytes apart: for few rows, and a multiple of 4 columns. */
  readonly stripProduct: Product;
  /** The same some segments at a time, as many as the last argument says: so much of B stays in the first-level cache. */
  readonly stripProducts: Product;
  /** Writes `count` int32: start, start + step, … */
  fillSequence(table: number, start: number, step: number, count: number): void;
}

export const tileKernels: KernelSources<TileExports> = {
  tileProduct: (options) => product("panels", options),
  wholeTileProduct: (options) => product("whole panels", options),
  stripProduct: (options) => product("in place", options),
  stripProducts: (options) => inBlocks(product("in place", options)),
  fillSequence,
};

/** From so many rows on, no band is lower than this. */
const [manyRows, leastHeight] = [20, 5];

/** What multiplies with panels: most products have many rows and fill their panels, and a third of the code is enough for these. */
export const productOfTiles = (exports: TileExports, rows: number, columns: number): Product =>
  rows >= manyRows && columns % tileColumns === 0 ? exports.wholeTileProduct : exports.tileProduct;

type Layout = "panels" | "whole panels" | "in place";

/** Bands of rows, each as high as a tile or somewhat less. */
function product(layout: Layout, options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder();
  const [rowTable, rows, segmentTable, segments, length, aOffset, b, bStride, columns, resultTable, c, accumulate, edgeTile] =
    f.parametersOf("i32", 13);
  const [segmentsEnd, right, result, left, edgeTable, height] = f.localsOf("i32", 6);
  let storeEdge: FunctionBuilder | undefined;

  /** One row of tiles: the rows of A stay in the first-level cache while B passes by. */
  const band = (count: number): void => {
    const tiles = new Map<number, FunctionBuilder>();
    const multiply = (vectors: number, ...target: readonly Operand[]): void => {
      const code = tiles.get(vectors) ?? tile(count, vectors, layout, options);
      tiles.set(vectors, code);
      f.callWith(code, rowTable, segmentTable, segmentsEnd, length, aOffset, right, bStride, ...target);
    };
    const wholeTiles = (vectors: number): void => {
      const next = (): void => {
        multiply(vectors, resultTable, result, accumulate);
        f.increase(right, layout === "in place" ? vectors * 16 : bStride).increase(result, vectors * 16);
      };
      f.repeat(left, next, vectors * 4);
    };
    f.get(b).set(right).get(c).set(result).get(columns).set(left);
    if (layout === "in place") {
      wholeTiles(stripVectors[count - 1] as number);
      wholeTiles(1);
      return;
    }
    wholeTiles(2);
    if (layout === "whole panels") return;
    f.get(left);
    f.if(() => {
      f.get(left).i32(4).i32GtU();
      f.if(
        () => multiply(2, edgeTable, edgeTile, 0),
        () => multiply(1, edgeTable, edgeTile, 0),
      );
      f.callWith((storeEdge ??= edgeStore()), edgeTile, count, left, resultTable, result, accumulate);
    });
  };

  setEnd(f, segmentsEnd, segmentTable, segments);
  f.get(edgeTile).i32(edgeTableOffset).i32Add().set(edgeTable);
  for (let r = 0; r < tileRows; r += 1)
    f.get(edgeTable)
      .i32(r * panelStep)
      .i32Store(r * elementBytes);
  const some = (): unknown => f.get(rows);
  return f.while(some, () => {
    // As many bands as there must be, of nearly equal heights: a tile of one or two rows would wait for its sums.
    roundUpQuotient(f, rows, () => roundUpQuotient(f, rows, tileRows)).set(height);
    for (let count = layout === "whole panels" ? leastHeight : 1; count <= tileRows; count += 1) {
      f.get(height).i32(count).i32Eq();
      f.if(() => band(count));
    }
    f.get(height).i32(2).i32Shl().set(left);
    f.increase(rowTable, left).increase(resultTable, left);
    f.get(rows).get(height).i32Sub().set(rows);
  });
}

function inBlocks(code: FunctionBuilder): FunctionBuilder {
  const f = new FunctionBuilder();
  const [rowTable, rows, segmentTable, segments, length, aOffset, b, bStride, columns, resultTable, c, accumulate, most] = f.parametersOf(
    "i32",
    13,
  );
  const count = f.local("i32");
  return f.loop((again) => {
    f.get(segments).get(most).get(segments).get(most).i32LtU().select().set(count);
    f.callWith(code, rowTable, rows, segmentTable, count, length, aOffset, b, bStride, columns, resultTable, c, accumulate, 0);
    f.i32(1).set(accumulate);
    f.increase(segmentTable, () => f.get(count).i32(2).i32Shl());
    f.increase(b, () => f.get(count).get(length).i32Mul().get(bStride).i32Mul());
    f.get(segments).get(count).i32Sub().tee(segments).branchIf(again);
  });
}

/** Pushes ⌈a / b⌉. */
function roundUpQuotient(f: FunctionBuilder, a: Local, b: Operand): FunctionBuilder {
  return f.get(a).i32(1).i32Sub().push(b).i32DivU().i32(1).i32Add();
}

/** One tile: `vectors`·4 columns, accumulated in registers over all segments. */
function tile(rows: number, vectors: number, layout: Layout, options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [rowTable, segment, segmentsEnd, length, aOffset, b, bStride, resultTable, c, accumulate] = f.parametersOf("i32", 10);
  const sums = f.locals("v128", rows, vectors);
  const right = f.locals("v128", vectors);
  const left = f.local("v128");
  const row = f.locals("i32", rows);
  const [end, offset] = f.localsOf("i32", 2);

  /** Multiplies some steps along k and moves on by as many. */
  const multiply = (steps: number): void => {
    for (let step = 0; step < steps; step += 1) {
      const place = layout === "in place" ? 0 : step * panelStep;
      for (let v = 0; v < vectors; v += 1)
        f.get(b)
          .v128Load(place + v * 16)
          .set(right(v));
      for (let r = 0; r < rows; r += 1) {
        f.get(row(r))
          .v128Load32Splat(step * elementBytes)
          .set(left);
        for (let v = 0; v < vectors; v += 1) f.f32x4MultiplyAdd(left, right(v), sums(r, v)).set(sums(r, v));
      }
      if (layout === "in place") f.increase(b, bStride);
    }
    for (let r = 0; r < rows; r += 1) f.increase(row(r), steps * elementBytes);
    if (layout !== "in place") f.increase(b, steps * panelStep);
  };
  /** Calls back with each vector of the tile, and its place behind the address in `offset`. */
  const eachResult = (visit: (sum: Local, place: number) => void): void => {
    for (let r = 0; r < rows; r += 1) {
      pushEntry(f, resultTable, r).get(c).i32Add().set(offset);
      for (let v = 0; v < vectors; v += 1) visit(sums(r, v), v * 16);
    }
  };

  f.get(accumulate);
  f.if(() => eachResult((sum, place) => f.get(offset).v128Load(place).set(sum)));
  f.whileBelow(segment, segmentsEnd, () => {
    f.get(segment).i32Load().get(aOffset).i32Add().set(offset);
    for (let r = 0; r < rows; r += 1) pushEntry(f, rowTable, r).get(offset).i32Add().set(row(r));
    f.get(row(0)).set(offset);
    for (const steps of layout === "in place" ? [4, 1] : [8, 4, 1]) {
      setEnd(f, end, offset, length, steps);
      f.whileBelow(row(0), end, () => multiply(steps));
    }
    f.increase(segment, elementBytes);
  });
  eachResult((sum, place) => f.get(offset).get(sum).v128Store(place));
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
