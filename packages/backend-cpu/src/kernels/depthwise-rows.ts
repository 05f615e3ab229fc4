// The WebAssembly of depthwise convolutions: rows of windows per call, vectors along the channels.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import type { KernelOptions } from "./context.ts";
import { emitRowPass, type RowPart } from "./row-pass.ts";

/**
 * Results side by side whose sums are in registers, four vectors of channels each: a cache line. Three would need a little less of
 * the filter, but the many places they read from are more than the caches can foresee: where memory is slow, they take longer.
 */
export const tileResults = 2;

/**
 * Works on `rows` × `columns` results, all with `tapRows` × `tapColumns` taps: result (r, c) meets the source at
 * r·sourceRow + c·sourceColumn + u·sourceTapRow + v·sourceTapColumn with the filter at u·filterTapRow + v·filterTapColumn.
 * Distances in bytes, any sign; channels are neighbours. Rows and columns may change places.
 */
export type DepthwiseRows = (
  rows: number,
  columns: number,
  channels: number,
  source: number,
  sourceRow: number,
  sourceColumn: number,
  result: number,
  resultRow: number,
  resultColumn: number,
  tapRows: number,
  tapColumns: number,
  sourceTapRow: number,
  sourceTapColumn: number,
  filter: number,
  filterTapRow: number,
  filterTapColumn: number,
) => void;

export interface DepthwiseExports {
  /** Each result becomes the sum of its taps. */
  readonly depthwiseRows: DepthwiseRows;
  /** Here results are read, and what they meet at each tap is added to the filter. */
  readonly depthwiseFilterRows: DepthwiseRows;
}

export const depthwiseKernels: KernelSources<DepthwiseExports> = {
  depthwiseRows: (options) => depthwiseRows(sums, options),
  depthwiseFilterRows: (options) => depthwiseRows(filterSums, options),
};

/** What the code of a tile works with: some results side by side, and the channels at hand. */
interface Tile {
  readonly f: FunctionBuilder;
  readonly part: RowPart;
  /** Where the filter is at the tap at hand. */
  readonly filter: Local;
  /** What each of the results meets there. */
  readonly sources: readonly Local[];
  /** A vector for each result and each vector of channels. */
  readonly values: (result: number, vector: number) => Local;
  readonly zero: Local;
  /** Emits code for each result, with its address in a local. */
  eachResult(code: (result: number, address: Local) => void): void;
  /** Emits loops over all taps. */
  eachTap(code: () => void): void;
}

function depthwiseRows(emitTile: (tile: Tile) => void, options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [rows, columns, channels, source, sourceRow, sourceColumn, result, resultRow, resultColumn, tapRows, tapColumns, ...taps] =
    f.parametersOf("i32", 16);
  const [sourceTapRow, sourceTapColumn, filter, filterTapRow, filterTapColumn] = taps;
  const [columnsLeft, rowsLeft, tapsLeft, from, to, address] = f.localsOf("i32", 6);
  const [sourcePart, resultPart, filterPart, tapRow, filterRow, filterTap] = f.localsOf("i32", 6);
  const sources: readonly Local[] = f.localsOf("i32", tileResults);
  const values = f.locals("v128", tileResults, 4);
  const zero = f.f32x4Constant(0);
  const pointers = [
    [from, sourcePart],
    [to, resultPart],
    [filter, filterPart],
  ] as const;

  const tile = (count: number): void => {
    const used = sources.slice(0, count);
    const eachResult: Tile["eachResult"] = (code) => {
      f.get(resultPart).set(address);
      for (let index = 0; index < count; index += 1) {
        if (index > 0) f.increase(address, resultColumn);
        code(index, address);
      }
    };
    const eachTap = (code: () => void): void => {
      f.get(sourcePart).set(tapRow).get(filterPart).set(filterRow).get(tapRows).set(rowsLeft);
      f.repeat(rowsLeft, () => {
        f.get(filterRow).set(filterTap).get(tapColumns).set(tapsLeft);
        for (const [index, place] of used.entries()) {
          if (index === 0) f.get(tapRow).set(place);
          else
            f.get(used[index - 1] as Local)
              .get(sourceColumn)
              .i32Add()
              .set(place);
        }
        f.repeat(tapsLeft, () => {
          code();
          for (const place of used) f.increase(place, sourceTapColumn);
          f.increase(filterTap, filterTapColumn);
        });
        f.increase(tapRow, sourceTapRow).increase(filterRow, filterTapRow);
      });
    };
    emitRowPass(f, { columns: channels, pointers, vectors: 4 }, (part) =>
      emitTile({ f, part, filter: filterTap, sources: used, values, zero, eachResult, eachTap }),
    );
    for (let index = 0; index < count; index += 1) f.increase(from, sourceColumn).increase(to, resultColumn);
  };

  f.repeat(rows, () => {
    f.get(source).set(from).get(result).set(to).get(columns).set(columnsLeft);
    for (const count of [tileResults, 1]) f.repeat(columnsLeft, () => tile(count), count);
    f.increase(source, sourceRow).increase(result, resultRow);
  });
  return f;
}

function sums({ f, part, filter, sources, values, zero, eachResult, eachTap }: Tile): void {
  const factor = f.local("v128");
  const vectors = part.vectors();
  for (const result of sources.keys()) for (const v of vectors.keys()) f.get(zero).set(values(result, v));
  eachTap(() => {
    for (const [v, vector] of vectors.entries()) {
      const [value] = vector.values as [Local];
      vector.load(filter, zero);
      f.get(value).set(factor);
      for (const [result, source] of sources.entries()) {
        vector.load(source, zero);
        f.f32x4MultiplyAdd(value, factor, values(result, v)).set(values(result, v));
      }
    }
  });
  eachResult((result, address) =>
    part.store(
      address,
      vectors.map((_, v) => values(result, v)),
    ),
  );
}

function filterSums({ f, part, filter, sources, values, zero, eachResult, eachTap }: Tile): void {
  const sum = f.local("v128");
  const vectors = part.vectors();
  eachResult((result, address) => {
    part.load(address, zero);
    for (const [v, value] of part.values.entries()) f.get(value).set(values(result, v));
  });
  eachTap(() => {
    for (const [v, vector] of vectors.entries()) {
      const [value] = vector.values as [Local];
      vector.load(filter, zero);
      f.get(value).set(sum);
      for (const [result, source] of sources.entries()) {
        vector.load(source, zero);
        f.f32x4MultiplyAdd(value, values(result, v), sum).set(sum);
      }
      vector.store(filter, [sum]);
    }
  });
}
