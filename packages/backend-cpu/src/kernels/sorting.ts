// The order of the elements of rows: by insertion where few are wanted, else by the digits of their keys.

import type { KernelExports } from "./base.ts";
import { elementBytes, type KernelContext } from "./context.ts";
import { carveScratch } from "./scratch.ts";
import { pairBytes } from "./sort-rows.ts";

export interface Sorting {
  readonly rows: number;
  readonly columns: number;
  /** How many places of each row. */
  readonly kept: number;
  readonly descending: boolean;
  /** Bytes of an element, and what they mean. */
  readonly bytes: number;
  readonly kind: "float" | "int" | "uint";
  readonly x: number;
  /** int32 `[rows, kept]`. */
  readonly y: number;
}

/** Up to here insertion is faster. */
const fewElements = 64;
const fewKept = 32;
/** Elements that make a piece of work. Longer rows are cut. */
const pieceElements = 32768;
/** From here on longer digits are worth their counters. */
const manyElements = 4096;
/** For an element to become a pair, to be passed by, to be moved by a digit. */
const nanoseconds = { pair: 3, insert: 2, digit: 4 };

/** The places of the first elements of each row in their order. NaN is the largest, −0 equals 0, and equal elements keep their order. */
export function sortPlaces(context: KernelContext, sorting: Sorting): void {
  const { rows, columns, kept, bytes, x, y } = sorting;
  if (rows * kept === 0) return;
  const bits = digitBits(sorting);
  const each = bits === 0 ? nanoseconds.insert * (columns <= fewElements ? columns : 1) : (nanoseconds.digit * bytes * 8) / bits;
  const time = rows * columns * (nanoseconds.pair + each);
  if (bits > 0 && columns > pieceElements) {
    context.each(rows, time, (inner, row) => sortLongRow(inner, rowOf(sorting, row), time / rows));
    return;
  }
  const step = Math.max(1, Math.floor(pieceElements / columns));
  context.parallel(Math.ceil(rows / step), time, (calls, piece) => {
    const row = piece * step;
    const [pairs, spare, counters] = carveScratch(calls, columns * pairBytes, bits && columns * pairBytes, bits && elementBytes << bits);
    const [from, to] = [x + row * columns * bytes, y + row * kept * elementBytes];
    const count = Math.min(step, rows - row);
    calls.exports.sortRows(from, ...meaning(sorting), to, count, columns, kept, pairs, spare, counters, bits);
  });
}

const rowOf = (sorting: Sorting, row: number): Sorting => ({
  ...sorting,
  x: sorting.x + row * sorting.columns * sorting.bytes,
  y: sorting.y + row * sorting.kept * elementBytes,
});

/** How many bits of a key are one digit; 0 for insertion. */
function digitBits({ columns, kept, bytes }: Sorting): number {
  if (columns <= fewElements || (kept <= fewKept && bytes < 8)) return 0;
  const keyBits = Math.min(32, bytes * 8);
  return Math.ceil(keyBits / Math.ceil(keyBits / (columns < manyElements ? 8 : 11)));
}

/** What of the elements `sortKeys` is told. */
function meaning({ bytes, kind, descending }: Sorting): [bytes: number, infinity: number, upper: number, lower: number] {
  const infinity = kind === "float" ? (bytes === 8 ? 0x7ff00000 : 0x7f800000) : 0;
  const [sign, all] = [kind === "uint" ? 0 : 1 << 31, descending ? -1 : 0];
  return [bytes, infinity, sign ^ all, all];
}

/** The same in blocks, all of which do one step before any does the next. */
function sortLongRow(context: KernelContext, sorting: Sorting, time: number): void {
  const { columns, kept, bytes, x, y } = sorting;
  const bits = digitBits(sorting);
  const digits = elementBytes << bits;
  const blocks = Math.ceil(columns / pieceElements);
  const [first, second, counters] = carveScratch(context, columns * pairBytes, columns * pairBytes, blocks * digits);
  let [pairs, spare] = [first, second];
  const steps = 2 + (bytes * 16) / bits;
  const eachBlock = (
    count: number,
    run: (exports: KernelExports, pairs: number, start: number, count: number, own: number) => void,
  ): void =>
    context.parallel(Math.ceil(count / pieceElements), time / steps, ({ exports }, block) => {
      const start = block * pieceElements;
      run(exports, pairs + start * pairBytes, start, Math.min(pieceElements, count - start), counters + block * digits);
    });
  let again = 0;
  for (let word = 64 - bytes * 8; word < 64; word += 32) {
    eachBlock(columns, (e, from, start, count) => e.sortKeys(x, ...meaning(sorting), word, from, start, count, again));
    for (let shift = 0; shift < Math.min(32, bytes * 8); shift += bits) {
      eachBlock(columns, (e, from, _, count, own) => e.countDigits(from, count, own, shift, bits));
      context.exports.placeDigits(counters, blocks, bits, spare);
      eachBlock(columns, (e, from, _, count, own) => e.moveDigits(from, count, own, shift, bits));
      [pairs, spare] = [spare, pairs];
    }
    again = 1;
  }
  eachBlock(kept, (e, from, start, count) => e.takePlaces(from, y + start * elementBytes, count));
}
