// The order of the elements of rows: by insertion where few are wanted, else by the digits of their keys.

import type { KernelExports } from "./base.ts";
import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { carveScratch } from "./scratch.ts";
import { counterBytes, firstDigit, pairBytes } from "./sort-rows.ts";

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
/** Elements that make a piece of work. Longer rows are cut. */
const pieceElements = 32768;
/** For each word and element. */
const nanoseconds = 10;

/** The places of the first elements of each row in their order. NaN is the largest, −0 equals 0, and equal elements keep their order. */
export function sortPlaces(context: KernelContext, sorting: Sorting): void {
  const { rows, columns, kept, words, x, y } = sorting;
  if (rows * kept === 0) return;
  const byInsertion = columns <= fewElements || (kept <= fewKept && words === 1);
  const rowTime = columns * words * nanoseconds;
  const rowAt = (row: number) => ({ x: x + row * columns * words * elementBytes, y: y + row * kept * elementBytes });
  if (columns > pieceElements && !byInsertion) {
    context.each(rows, rows * rowTime, (inner, row) => sortLongRow(inner, { ...sorting, ...rowAt(row) }, rowTime));
    return;
  }
  const step = Math.max(1, Math.floor(pieceElements / columns));
  context.parallel(Math.ceil(rows / step), rows * rowTime, (calls, piece) => {
    const from = rowAt(piece * step);
    const count = Math.min(step, rows - piece * step);
    const [pairs, spare, counters] = room(calls, columns, 1);
    calls.exports.sortRows(from.x, ...meaning(sorting), from.y, count, columns, kept, pairs, spare, byInsertion ? 0 : counters);
  });
}

/** For all pairs, twice, and for the counters of blocks. */
const room = (calls: KernelCalls, columns: number, blocks: number): readonly [number, number, number] =>
  carveScratch(calls, columns * pairBytes, columns * pairBytes, blocks * counterBytes);

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
  const blocks = Math.ceil(columns / pieceElements);
  const [first, second, counters] = room(context, columns, blocks);
  let [pairs, spare] = [first, second];
  const eachBlock = (length: number, run: (e: KernelExports, from: number, count: number, own: number, start: number) => void): void =>
    context.parallel(Math.ceil(length / pieceElements), time / 8, ({ exports }, block) => {
      const start = block * pieceElements;
      run(exports, pairs + start * pairBytes, Math.min(pieceElements, length - start), counters + block * counterBytes, start);
    });
  for (let isUpper = 2 - words; isUpper < 2; isUpper++) {
    eachBlock(columns, (e, from, count, _, start) => e.sortKeys(x, ...meaning(sorting), isUpper, from, start, count));
    for (let digit = firstDigit; digit < pairBytes; digit++) {
      eachBlock(columns, (e, from, count, own) => e.countDigits(from, count, own, digit));
      context.exports.placeDigits(counters, blocks, spare);
      eachBlock(columns, (e, from, count, own) => e.moveDigits(from, count, own, digit));
      [pairs, spare] = [spare, pairs];
    }
  }
  eachBlock(kept, (e, from, count, _, start) => e.takePlaces(from, y + start * elementBytes, count));
}
