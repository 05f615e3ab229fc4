// The WebAssembly of Winograd's transforms: a map on both axes of square tiles, vectors along the channels.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import type { KernelOptions } from "./context.ts";
import { setEnd } from "./row-pass.ts";
import { filterMap, inputMap, type PointMap, points, resultMap, taps, tileExtent } from "./winograd-maps.ts";

/**
 * Maps `tiles` tiles of `length` neighbouring elements, at least 4. Element (row, column) of a tile lies row ·
 * rowStride + column · columnStride bytes behind its start, tiles are tileStride bytes apart.
 */
export type MapTiles<Limits extends readonly number[] = []> = (
  source: number,
  sourceTileStride: number,
  sourceRowStride: number,
  sourceColumnStride: number,
  target: number,
  targetTileStride: number,
  targetRowStride: number,
  targetColumnStride: number,
  tiles: number,
  length: number,
  ...limits: Limits
) => void;

export interface WinogradExports {
  /** 6×6 inputs to 6×6 points. */
  readonly winogradInput: MapTiles;
  /** 3×3 taps to 6×6 points. */
  readonly winogradFilter: MapTiles;
  /** 6×6 points to 4×4 results, of which no more than `rows` rows, and `columns` columns of all tiles together, are written. */
  readonly winogradResult: MapTiles<[rows: number, columns: number]>;
  /** Gradients of 4×4 results to those of 6×6 points. */
  readonly winogradResultGradient: MapTiles;
  /** Gradients of 6×6 points to those of 3×3 taps. */
  readonly winogradFilterGradient: MapTiles;
}

export const winogradKernels: KernelSources<WinogradExports> = {
  winogradInput: (options) => mapTiles(points, toPoints(inputMap()), options),
  winogradFilter: (options) => mapTiles(taps, toPoints(filterMap()), options),
  winogradResult: (options) => mapTiles(points, fromPoints(resultMap()), { ...options, clipped: true }),
  winogradResultGradient: (options) => mapTiles(tileExtent, toPoints(resultMap()), options),
  winogradFilterGradient: (options) => mapTiles(points, fromPoints(filterMap()), options),
};

/** Emits a map of one axis, from vectors in locals to vectors in new locals. */
type LineMap = (f: FunctionBuilder, values: readonly Local[]) => Local[];

function mapTiles(
  extent: number,
  map: LineMap,
  { clipped = false, ...options }: KernelOptions & { readonly clipped?: boolean },
): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [source, sourceTile, sourceRow, sourceColumn, target, targetTile, targetRow, targetColumn, tiles, length, rows, columns] =
    // The limits are there only where something is clipped.
    f.parametersOf("i32", (clipped ? 12 : 10) as 12);
  const [from, to, end, line, place, over] = f.localsOf("i32", 6);
  const load = (): Local => {
    const value = f.local("v128");
    f.get(place).v128Load().set(value);
    f.increase(place, sourceRow);
    return value;
  };
  /** The first of a tile's lines is always within the limit. */
  const within = (limit: Local, index: number, code: () => unknown): void => {
    if (!clipped || index === 0) return void code();
    f.get(limit).i32(index).i32GtU();
    f.if(code);
  };
  const tileOfFour = (): void => {
    f.get(from).set(line);
    const mapped = Array.from({ length: extent }, () => {
      f.get(line).set(place);
      const values = map(f, Array.from({ length: extent }, load));
      f.increase(line, sourceColumn);
      return values;
    });
    f.get(to).set(line);
    const height = mapped[0]?.length ?? 0;
    for (let row = 0; row < height; row += 1) {
      within(rows, row, () => {
        const values = mapped.map((column) => column[row] as Local);
        f.get(line).set(place);
        for (const [column, value] of map(f, values).entries()) {
          within(columns, column, () => f.get(place).get(value).v128Store());
          f.increase(place, targetColumn);
        }
        f.increase(line, targetRow);
      });
    }
  };
  f.repeat(tiles, () => {
    f.get(source).set(from).get(target).set(to);
    setEnd(f, end, source, length);
    f.whileBelow(from, end, () => {
      // The last vector ends with the elements, and maps some of them again.
      f.get(from).i32(16).i32Add().get(end).i32Sub().tee(over).i32(0).i32GtS();
      f.if(() => {
        for (const pointer of [from, to]) f.get(pointer).get(over).i32Sub().set(pointer);
      });
      tileOfFour();
      f.increase(from, 16).increase(to, 16);
    });
    f.increase(source, sourceTile).increase(target, targetTile);
    if (clipped) f.increase(columns, -tileExtent);
  });
  return f;
}

function toPoints({ zero, pairs, infinity }: PointMap): LineMap {
  return (f, values) => {
    const ofPairs = pairs.flatMap(({ even, odd }) => {
      // The odd half without its last factor, which comes with the sum and the difference.
      const factor = odd.findLast((coefficient) => coefficient !== 0) as number;
      const evenHalf = sum(f, even, values);
      const oddHalf = sum(
        f,
        odd.map((coefficient) => coefficient / factor),
        values,
      );
      const [plus, minus] = f.localsOf("v128", 2);
      f.f32x4MultiplyAdd(oddHalf, f.f32x4Constant(factor), evenHalf).set(plus);
      f.f32x4NegativeMultiplyAdd(oddHalf, f.f32x4Constant(factor), evenHalf).set(minus);
      return [plus, minus];
    });
    return [sum(f, zero, values), ...ofPairs, sum(f, infinity, values)];
  };
}

/** The transposed map. */
function fromPoints({ zero, pairs, infinity }: PointMap): LineMap {
  return (f, values) => {
    const [first, ...others] = values as readonly [Local, ...Local[]];
    const last = others.at(-1) as Local;
    const halves = pairs.flatMap((_, i) => {
      const [plus, minus] = others.slice(2 * i) as [Local, Local];
      const [total, difference] = f.localsOf("v128", 2);
      f.get(plus).get(minus).f32x4Add().set(total);
      f.get(plus).get(minus).f32x4Sub().set(difference);
      return [total, difference];
    });
    return zero.map((coefficient, k) => {
      const ofPairs = pairs.flatMap(({ even, odd }) => [even[k] as number, odd[k] as number]);
      return sum(f, [coefficient, ...ofPairs, infinity[k] as number], [first, ...halves, last]);
    });
  };
}

/** Emits Σ coefficient · value into a new local. */
function sum(f: FunctionBuilder, coefficients: readonly number[], values: readonly Local[]): Local {
  const total = f.local("v128");
  const terms = values
    .map((value, i) => ({ value, coefficient: coefficients[i] as number }))
    .filter(({ coefficient }) => coefficient !== 0);
  // What is not multiplied comes first, so that every product is added to something.
  terms.sort((a, b) => Number(b.coefficient === 1) - Number(a.coefficient === 1));
  for (const [i, { value, coefficient }] of terms.entries()) {
    const factor = coefficient === 1 ? undefined : f.f32x4Constant(coefficient);
    if (i === 0) {
      f.get(value);
      if (factor) f.get(factor).f32x4Mul();
    } else if (factor) f.f32x4MultiplyAdd(value, factor, total);
    else f.get(total).get(value).f32x4Add();
    f.set(total);
  }
  return total;
}
