// Products of patches: the tile product for rows that consist of very short segments, as under a kernel over one channel.
//
// A tile would need longer to find such a segment than to multiply it. So the segments of six rows are first gathered side
// by side, at a place that stays in the first-level cache: all panels of B then meet whole rows, at distances that are
// known when the code is made.

import { FunctionBuilder } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes, type KernelOptions } from "./context.ts";
import { setEnd } from "./row-pass.ts";
import { type Product, panelStep, tileColumns, tileRows } from "./tile.ts";

const vectorBytes = 16;
const lineBytes = 64;
const tableStep = tileRows * elementBytes;
/** A segment is one vector at most: longer ones are found fast enough. */
const longestSegment = vectorBytes / elementBytes;
/** Numbers of a patch at most. */
const mostNumbers = 64;
/** From one patch to the next: an odd number of cache lines, one more than there must be. */
const patchStride = mostNumbers * elementBytes + lineBytes;
/** Scratch for a tile's patches. What is copied may begin before the first of them. */
export const patchBytes: number = lineBytes + tileRows * patchStride;

/** Whether rows of so many segments of this length are gathered. */
export const suitsPatches = (segments: number, length: number, columns: number): boolean =>
  segments > 1 && length > 0 && length <= longestSegment && segments * length <= mostNumbers && columns % tileColumns === 0;

export interface PatchExports {
  /** For `tileRows` rows at least, of what `suitsPatches`. Nothing is added to; in place of an edge tile there is room for patches. */
  readonly patchProduct: Product;
}

export const patchKernels: KernelSources<PatchExports> = { patchProduct };

function patchProduct(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder();
  const [rowTable, rows, segmentTable, segments, length, aOffset, b, bStride, columns, resultTable, c, , patches] = f.parametersOf(
    "i32",
    13,
  );
  const [rowsEnd, segmentsEnd, right, result, left, excess, depth] = f.localsOf("i32", 7);
  const [gathers, multiplies] = [gather(), tile(options)];
  setEnd(f, rowsEnd, rowTable, rows);
  setEnd(f, segmentsEnd, segmentTable, segments);
  f.get(segments).get(length).i32Mul().set(depth);
  f.increase(patches, lineBytes);
  return f.whileBelow(rowTable, rowsEnd, () => {
    // The last tile begins early enough to be whole: some results are computed twice.
    f.get(rowTable).i32(tableStep).i32Add().get(rowsEnd).i32Sub().tee(excess).i32(0).i32GtS();
    f.if(() => {
      for (const table of [rowTable, resultTable]) f.get(table).get(excess).i32Sub().set(table);
    });
    f.callWith(gathers, rowTable, segmentTable, segmentsEnd, length, aOffset, patches, depth);
    f.get(b).set(right).get(c).set(result).get(columns).set(left);
    const next = (): void => {
      f.callWith(multiplies, patches, depth, right, resultTable, result);
      f.increase(right, bStride).increase(result, panelStep);
    };
    f.repeat(left, next, tileColumns);
    for (const table of [rowTable, resultTable]) f.increase(table, tableStep);
  });
}

/** Copies a vector that ends where the segment ends, from the last segment to the first: what it brings too much is overwritten. */
function gather(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [rowTable, segmentTable, segment, length, aOffset, patches, depth] = f.parametersOf("i32", 7);
  const row = f.locals("i32", tileRows);
  const [to, offset] = f.localsOf("i32", 2);
  // From segments' starts to the vectors'.
  f.increase(aOffset, () => f.get(length).i32(2).i32Shl().i32(vectorBytes).i32Sub());
  for (let r = 0; r < tileRows; r += 1) {
    f.get(rowTable)
      .i32Load(r * elementBytes)
      .get(aOffset)
      .i32Add()
      .set(row(r));
  }
  setEnd(f, to, patches, depth);
  f.increase(to, -vectorBytes);
  return f.whileBelow(segmentTable, segment, () => {
    f.increase(segment, -elementBytes);
    f.get(segment).i32Load().set(offset);
    for (let r = 0; r < tileRows; r += 1) {
      f.get(to)
        .get(row(r))
        .get(offset)
        .i32Add()
        .v128Load()
        .v128Store(r * patchStride);
    }
    f.increase(to, () => f.i32(0).get(length).i32(2).i32Shl().i32Sub());
  });
}

/** One tile, over the whole depth. */
function tile(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [patches, depth, b, resultTable, c] = f.parametersOf("i32", 5);
  const vectors = [0, 1] as const;
  const sums = f.locals("v128", tileRows, vectors.length);
  const right = f.locals("v128", vectors.length);
  const left = f.local("v128");
  const [start, end] = f.localsOf("i32", 2);
  f.get(patches).set(start);
  for (const steps of [8, 4, 1]) {
    setEnd(f, end, start, depth, steps);
    f.whileBelow(patches, end, () => {
      for (let step = 0; step < steps; step += 1) {
        for (const v of vectors)
          f.get(b)
            .v128Load(step * panelStep + v * vectorBytes)
            .set(right(v));
        for (let r = 0; r < tileRows; r += 1) {
          f.get(patches)
            .v128Load32Splat(r * patchStride + step * elementBytes)
            .set(left);
          for (const v of vectors) f.f32x4MultiplyAdd(left, right(v), sums(r, v)).set(sums(r, v));
        }
      }
      f.increase(patches, steps * elementBytes).increase(b, steps * panelStep);
    });
  }
  for (let r = 0; r < tileRows; r += 1) {
    f.get(resultTable)
      .i32Load(r * elementBytes)
      .get(c)
      .i32Add()
      .set(end);
    for (const v of vectors)
      f.get(end)
        .get(sums(r, v))
        .v128Store(v * vectorBytes);
  }
  return f;
}
