// The order of the elements of rows: by insertion where few are wanted, else by the digits of their keys.

import type { KernelExports } from "./base.ts";
import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { carveScratch } from "./scratch.ts";
import { pairBytes } from "./sort-rows.ts";

export interface Sorting {
  readonly rows: number;
  readonly columns: number;
  /** How many places of each row. */
  readonly kept: number;
  readonly descending: boolean;
  /** 32-bit words of an element, 1 or 2, and what they mean. */
  readonly words: number;
  readonly kind: "float" | "int" | "uint";
  readonly x: number;
  /** int32 `[rows, kept]`. */
  readonly y: number;
}

/** Up to here insertion is faster. */
const fewElements = 64;
const fewKept = 32;
/** From here on longer digits are worth their counters. */
const manyElements = 4096;
/** Elements that make a piece of work. Longer rows are cut. */
const pieceElements = 32768;
/** For each word and element: to insert it, or to sort it by digits. */
const nanoseconds = { inserted: 8, sorted: 15 };

/** The places of the first elements of each row in their order. NaN is the largest, −0 equals 0, and equal elements keep their order. */
export function sortPlaces(context: KernelContext, sorting: Sorting): void {
  const { rows, columns, kept, words, x, y } = sorting;
  if (rows * kept === 0) return;
  const bits = digitBits(sorting);
  const rowTime = columns * words * (bits === 0 ? nanoseconds.inserted : nanoseconds.sorted);
  const rowAt = (row: number): [x: number, y: number] => [x + row * columns * words * elementBytes, y + row * kept * elementBytes];
  if (bits > 0 && columns > pieceElements) {
    context.each(rows, rows * rowTime, (inner, row) => sortLongRow(inner, { ...sorting, x: rowAt(row)[0], y: rowAt(row)[1] }, rowTime));
    return;
  }
  const step = Math.max(1, Math.floor(pieceElements / columns));
  context.parallel(Math.ceil(rows / step), rows * rowTime, (calls, piece) => {
    const [from, to] = rowAt(piece * step);
    const [pairs, spare, counters] = room(calls, columns, elementBytes << bits);
    const count = Math.min(step, rows - piece * step);
    calls.exports.sortRows(from, ...meaning(sorting), to, count, columns, kept, pairs, spare, counters, bits);
  });
}

/** For all pairs, twice, and for counters. */
const room = (calls: KernelCalls, columns: number, counters: number): readonly [number, number, number] =>
  carveScratch(calls, columns * pairBytes, columns * pairBytes, counters);

/** How many bits of a key are one digit; 0 for insertion. */
const digitBits = ({ columns, kept, words }: Sorting): number =>
  columns <= fewElements || (kept <= fewKept && words === 1) ? 0 : columns < manyElements ? 8 : 11;

/** What of the elements `sortKeys` is told. */
const meaning = ({ words, kind, descending }: Sorting): [words: number, infinity: number, sign: number, inverse: number] => [
  words,
  kind === "float" ? (words === 2 ? 0x7ff00000 : 0x7f800000) : 0,
  kind === "uint" ? 0 : 1 << 31,
  descending ? -1 : 0,
];

/** The same in blocks, all of which do one step before any does the next. */
function sortLongRow(context: KernelContext, sorting: Sorting, time: number): void {
  const { columns, kept, words, x, y } = sorting;
  const bits = digitBits(sorting);
  const digits = elementBytes << bits;
  const blocks = Math.ceil(columns / pieceElements);
  const [first, second, counters] = room(context, columns, blocks * digits);
  let [pairs, spare] = [first, second];
  const eachBlock = (length: number, run: (e: KernelExports, from: number, count: number, own: number, start: number) => void): void =>
    context.parallel(Math.ceil(length / pieceElements), time / 8, ({ exports }, block) => {
      const start = block * pieceElements;
      run(exports, pairs + start * pairBytes, Math.min(pieceElements, length - start), counters + block * digits, start);
    });
  for (let isUpper = 2 - words; isUpper < 2; isUpper++) {
    eachBlock(columns, (e, from, count, _, start) => e.sortKeys(x, ...meaning(sorting), isUpper, from, start, count));
    for (let shift = 0; shift < 32; shift += bits) {
      eachBlock(columns, (e, from, count, own) => e.countDigits(from, count, own, shift, bits));
      context.exports.placeDigits(counters, blocks, bits, spare);
      eachBlock(columns, (e, from, count, own) => e.moveDigits(from, count, own, shift, bits));
      [pairs, spare] = [spare, pairs];
    }
  }
  eachBlock(kept, (e, from, count, _, start) => e.takePlaces(from, y + start * elementBytes, count));
}
