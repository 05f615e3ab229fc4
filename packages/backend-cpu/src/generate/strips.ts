/**
 * Folds over rows, by strips of columns. One after the other, columns would read a short piece of each row, and come back to the
 * row for the next ones when it has left the caches; so a strip of many columns is folded a few rows at a time, and its
 * accumulators wait in memory between.
 */
import type { Axis } from "@antler/compiler";
import { ACCUMULATOR_BYTES } from "../threads/layout.ts";
import type { Local } from "../wasm/index.ts";
import type { Lanes, Schedule } from "./schedule.ts";
import type { Walk } from "./walk.ts";

/** Rows that are folded before the accumulators go back to memory. */
export const STRIP_ROWS = 8;
/** Strips are whole multiples of this, so that loops over their columns seldom leave a rest; fewer columns are no strip. */
const LEAST_COLUMNS = 64;
/** Buffers and sizes in a call that threads take down, which has 32 words: two are the range, one the accumulators' place. */
const MOST_WORDS = 32 - 3;

/** Columns of a kernel's strips; 0 where it does without. */
export function stripColumns({ kernel, vector, horizontal, fold, unroll, width }: Schedule): number {
  const rows = fold.at(-1);
  if (!rows || !vector || horizontal || kernel.buffers.length + kernel.params.length > MOST_WORDS) return 0;
  if (isAtMost(rows, 2 * STRIP_ROWS) || isAtMost(vector, unroll * width)) return 0;
  return Math.floor((ACCUMULATOR_BYTES * width) / 16 / kernel.fold!.zero.length / LEAST_COLUMNS) * LEAST_COLUMNS;
}
const isAtMost = ({ extent }: Axis, count: number): boolean => typeof extent === "number" && extent <= count;

/** The accumulators of one strip in memory, a block for each. */
export class Strip {
  readonly #walk: Walk;
  readonly #columns: number;
  readonly #bytes: number;
  readonly #start: Local;
  readonly #at: Local;
  readonly #vector: Axis;

  constructor(walk: Walk, vector: Axis, columns: number, width: number) {
    this.#walk = walk;
    this.#vector = vector;
    this.#columns = columns;
    this.#bytes = 16 / width;
    [this.#start, this.#at] = walk.f.localsOf("i32", 2);
  }
  /** Begins at the column where the loop over strips is. */
  begin(): void {
    const { f, counters, scratch } = this.#walk;
    f.get(scratch!).get(counters.get(this.#vector)!).i32(this.#bytes).i32Mul().i32Sub().set(this.#start);
  }
  /** Finds the place of the columns that the loop within a strip is at. */
  find(): void {
    const { f, counters } = this.#walk;
    f.get(this.#start).get(counters.get(this.#vector)!).i32(this.#bytes).i32Mul().i32Add().set(this.#at);
  }
  load(accumulators: readonly (readonly Local[])[]): void {
    const { f } = this.#walk;
    accumulators.forEach((units, k) => units.forEach((l, u) => f.get(this.#at).v128Load(this.#offset(k, u)).set(l)));
  }
  store(accumulators: readonly (readonly Local[])[], lanes: Lanes): void {
    const { f } = this.#walk;
    accumulators.forEach((units, k) =>
      units.forEach((l, u) => {
        f.get(this.#at).get(l);
        if (lanes > 1) f.v128Store(this.#offset(k, u));
        else if (this.#bytes === 4) f.v128Store32Lane(0, this.#offset(k, u));
        else f.v128Store64Lane(0, this.#offset(k, u));
      }),
    );
  }
  #offset(k: number, unit: number): number {
    return k * this.#columns * this.#bytes + 16 * unit;
  }
}
