// The WebAssembly of Winograd's transforms: small linear maps of both sides of square tiles, vectors along the channels.
//
// F(m, 3) of Winograd (1980) multiplies polynomials by their values at m + 2 points: m results of a window of 3 cost
// m + 2 products instead of 3·m. The points are 0, pairs ±p, and infinity, so that maps fall into even and odd halves.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelOptions } from "./context.ts";

/** The taps of a filter along each axis. */
export const taps = 3;

/** Positive points of the pairs. */
export interface Minimal {
  readonly pairs: readonly number[];
}

/**
 * A map onto values at the points, as rows of coefficients: at 0, at each pair ±p as the even and the odd half of its
 * sum or difference, and at infinity.
 */
export interface PointMap {
  readonly zero: readonly number[];
  readonly pairs: readonly { readonly even: readonly number[]; readonly odd: readonly number[] }[];
  readonly infinity: readonly number[];
}

/** Values at the points of a polynomial with `count` coefficients, each divided by the point's number. */
function powers(pairs: readonly number[], count: number, divisors?: { readonly zero: number; readonly pairs: readonly number[] }): PointMap {
  const unit = (place: number, divisor = 1): number[] => Array.from({ length: count }, (_, i) => (i === place ? 1 / divisor : 0));
  const half = (p: number, divisor: number, parity: number): number[] =>
    Array.from({ length: count }, (_, i) => (i % 2 === parity ? p ** i / divisor : 0));
  return {
    zero: unit(0, divisors?.zero),
    pairs: pairs.map((p, i) => ({ even: half(p, divisors?.pairs[i] ?? 1, 0), odd: half(p, divisors?.pairs[i] ?? 1, 1) })),
    infinity: unit(count - 1),
  };
}

/** ∏ (x − p²) over the points, coefficients in ascending order. */
function squares(points: readonly number[]): number[] {
  return points.reduce<number[]>((product, p) => [...product, 0].map((_, i) => (product[i - 1] ?? 0) - p * p * (product[i] ?? 0)), [1]);
}

export interface Maps {
  readonly input: PointMap;
  readonly result: PointMap;
  readonly filter: PointMap;
}

/** The maps of F(2·pairs, 3). */
export function mapsOf(pairs: readonly number[]): Maps {
  const count = 2 * pairs.length;
  const all = squares(pairs);
  /** Coefficients of a polynomial in x², times x to some power. */
  const spread = (coefficients: readonly number[], first: number, factor = 1): number[] => {
    const row = new Array<number>(count + 2).fill(0);
    for (const [i, coefficient] of coefficients.entries()) row[first + 2 * i] = coefficient * factor;
    return row;
  };
  const others = pairs.map((p) => squares(pairs.filter((q) => q !== p)));
  return {
    input: {
      zero: spread(all, 0),
      pairs: pairs.map((p, i) => ({ even: spread(others[i]!, 2), odd: spread(others[i]!, 1, p) })),
      infinity: spread(all, 1),
    },
    result: powers(pairs, count),
    filter: powers(pairs, taps, {
      zero: all[0]!,
      pairs: pairs.map((p, i) => 2 * p * p * others[i]!.reduce((sum, coefficient, k) => sum + coefficient * p ** (2 * k), 0)),
    }),
  };
}

/** Emits code for a map of one axis: from values in locals to values in locals. */
type LineMap = (f: FunctionBuilder, values: readonly Local[]) => Local[];

/** From coefficients to values at points. */
export const toPoints =
  ({ zero, pairs, infinity }: PointMap): LineMap =>
  (f, values) => [
    sum(f, zero, values),
    ...pairs.flatMap(({ even, odd }) => {
      // The odd half up to its first factor, which goes into the sum and the difference.
      const factor = odd.find((coefficient) => coefficient !== 0)!;
      const half = sum(f, even, values);
      const other = sum(f, odd.map((coefficient) => coefficient / factor), values);
      return [f.local("v128"), f.local("v128")].map((target, i) => {
        if (factor === 1) f.get(half).get(other)[i ? "f32x4Sub" : "f32x4Add"]();
        else f[i ? "f32x4NegativeMultiplyAdd" : "f32x4MultiplyAdd"](other, f.f32x4Constant(factor), half);
        f.set(target);
        return target;
      });
    }),
    sum(f, infinity, values),
  ];

/** The transposed map. */
export const fromPoints =
  ({ zero, pairs, infinity }: PointMap): LineMap =>
  (f, values) => {
    const halves = pairs.flatMap((_, i) => {
      const [plus, minus] = [values[1 + 2 * i]!, values[2 + 2 * i]!];
      return (["f32x4Add", "f32x4Sub"] as const).map((combine) => {
        const target = f.local("v128");
        f.get(plus).get(minus)[combine]().set(target);
        return target;
      });
    });
    return zero.map((_, k) =>
      sum(f, [zero[k]!, ...pairs.flatMap(({ even, odd }) => [even[k]!, odd[k]!]), infinity[k]!], [values[0]!, ...halves, values.at(-1)!]),
    );
  };

/** Σ coefficient · value in a new local. */
function sum(f: FunctionBuilder, coefficients: readonly number[], values: readonly Local[]): Local {
  const total = f.local("v128");
  // A factor 1 first, if there is one: it needs no instruction.
  const terms = values.map((value, i) => ({ value, factor: coefficients[i]! })).filter(({ factor }) => factor !== 0);
  terms.sort((a, b) => Number(b.factor === 1) - Number(a.factor === 1));
  for (const [i, { value, factor }] of terms.entries()) {
    if (i === 0) f.get(value);
    if (i === 0 && factor === -1) f.f32x4Neg();
    else if (i === 0 && factor !== 1) f.get(f.f32x4Constant(factor)).f32x4Mul();
    else if (i > 0 && factor === 1) f.get(total).get(value).f32x4Add();
    else if (i > 0 && factor === -1) f.get(total).get(value).f32x4Sub();
    else if (i > 0) f.f32x4MultiplyAdd(value, f.f32x4Constant(factor), total);
    f.set(total);
  }
  return total;
}

/**
 * Maps tiles, one after the other: all strides in bytes; element (row, column) of a tile is `row`·rowStride +
 * `column`·columnStride from its start, and tiles are tileStride apart. `length` elements, a multiple of 4.
 */
type TransformTiles = (
  source: number,
  sourceTile: number,
  sourceRow: number,
  sourceColumn: number,
  target: number,
  targetTile: number,
  targetRow: number,
  targetColumn: number,
  tiles: number,
  length: number,
) => void;

export interface WinogradExports {
  readonly winogradInput4: TransformTiles;
  readonly winogradFilter4: TransformTiles;
  readonly winogradOutput4: (...a: [...Parameters<TransformTiles>, number, number]) => void;
  readonly winogradInput2: TransformTiles;
  readonly winogradFilter2: TransformTiles;
  readonly winogradOutput2: (...a: [...Parameters<TransformTiles>, number, number]) => void;
}

export function winogradFunctions(options: KernelOptions): Record<keyof WinogradExports, FunctionBuilder> {
  const m4 = mapsOf([2 / 3, 3 / 2]);
  const m2 = mapsOf([1]);
  return {
    winogradInput4: transform(options, 6, toPoints(m4.input)),
    winogradFilter4: transform(options, 3, toPoints(m4.filter)),
    winogradOutput4: transform(options, 6, fromPoints(m4.result), true),
    winogradInput2: transform(options, 4, toPoints(m2.input)),
    winogradFilter2: transform(options, 3, toPoints(m2.filter)),
    winogradOutput2: transform(options, 4, fromPoints(m2.result), true),
  };
}

function transform(options: KernelOptions, size: number, map: LineMap, clipped = false): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [source, sourceTile, sourceRow, sourceColumn, target, targetTile, targetRow, targetColumn, tiles, length, rows, columns] =
    f.parametersOf("i32", 12);
  const [from, to, end, place, line] = f.localsOf("i32", 5);
  f.repeat(tiles, () => {
    f.get(source).tee(from).get(length).i32(2).i32Shl().i32Add().set(end);
    f.get(target).set(to);
    f.whileBelow(from, end, () => {
      f.get(from).set(line);
      const lines = Array.from({ length: size }, () => {
        f.get(line).set(place);
        const values = Array.from({ length: size }, () => {
          const value = f.local("v128");
          f.get(place).v128Load().set(value);
          f.increase(place, sourceRow);
          return value;
        });
        f.increase(line, sourceColumn);
        return map(f, values);
      });
      f.get(to).set(line);
      lines[0]!.forEach((_, i) => {
        const row = (): void => {
          const results = map(
            f,
            lines.map((values) => values[i]!),
          );
          f.get(line).set(place);
          results.forEach((result, j) => {
            const store = (): void => {
              f.get(place).get(result).v128Store();
            };
            if (clipped && j > 0) f.get(columns).i32(j).i32GtU().if(store);
            else store();
            f.increase(place, targetColumn);
          });
          f.increase(line, targetRow);
        };
        if (clipped && i > 0) f.get(rows).i32(i).i32GtU().if(row);
        else row();
      });
      f.increase(from, 16).increase(to, 16);
    });
    f.increase(source, sourceTile).increase(target, targetTile);
    if (clipped) f.increase(columns, -(size - 2));
  });
  return f;
}
