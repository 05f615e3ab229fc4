// Stable orders: every element becomes a pair of its place and a key, a word that orders as unsigned numbers do, and pairs are
// sorted. Elements of 64 bits are sorted by their lower words, then by their upper ones.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";

/** Bytes of a pair: the place, then the key, whose bytes are its digits. */
export const pairBytes = 8;
export const firstDigit = 4;
/** A word for each value of a digit. */
export const counterBytes = 1024;

export interface SortingExports {
  /**
   * Makes pairs of `count` elements, which have one word or two, from `place` on. The key is the upper word or the lower, with
   * the bits of `inverse` flipped, and those of `sign` in an upper word. Upper words of two keep the order that lower ones gave.
   * Floats tell the upper word of infinity (else 0): NaN is the largest number, −0 equals 0.
   */
  sortKeys(
    x: number,
    words: number,
    infinity: number,
    sign: number,
    inverse: number,
    isUpper: number,
    pairs: number,
    place: number,
    count: number,
  ): void;
  /** How often each value of a digit occurs, which is byte number `digit` of the pairs. */
  countDigits(pairs: number, count: number, counters: number, digit: number): void;
  /** Replaces the counters of all blocks by where the pairs of each digit go: those of earlier blocks before those of later ones. */
  placeDigits(counters: number, blocks: number, to: number): void;
  /** Moves the pairs there. */
  moveDigits(pairs: number, count: number, counters: number, digit: number): void;
  takePlaces(pairs: number, y: number, count: number): void;
  /** All of this for whole rows: the places of the first `kept` elements of each. Without `counters`, by insertion. */
  sortRows(
    x: number,
    words: number,
    infinity: number,
    sign: number,
    inverse: number,
    y: number,
    rows: number,
    columns: number,
    kept: number,
    pairs: number,
    spare: number,
    counters: number,
  ): void;
}

export const sortingKernels: KernelSources<SortingExports> = { sortKeys, countDigits, placeDigits, moveDigits, takePlaces, sortRows };

function sortKeys(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [x, words, infinity, sign, inverse, isUpper, pairs, place, count] = f.parametersOf("i32", 9);
  const [at, upper, lower, size, again, step, mask] = f.localsOf("i32", 7);
  const largest = 0x7fffffff;
  const orderBits = (): void => {
    f.get(upper).i32(largest).i32And().tee(size).get(lower).i32(0).i32Ne().i32Add().get(infinity).i32GtU();
    f.if(() => f.i32(largest).set(upper).i32(0).set(lower));
    f.i32(0).get(upper).get(size).get(lower).i32Or().i32Eqz().select().set(upper);
    // The larger a negative number's bits, the smaller it is.
    f.get(upper).i32(31).i32ShrS().tee(size).get(lower).i32Xor().set(lower);
    f.get(size).i32(1).i32ShrU().get(upper).i32Xor().set(upper);
  };
  f.get(isUpper).get(words).i32Add().i32(2).i32Sub().set(again);
  f.get(words).i32(2).i32Shl().set(step);
  f.get(words).i32(1).i32And().i32(1).i32Sub().set(mask);
  f.get(inverse).get(isUpper).get(sign).i32Mul().i32Xor().set(inverse);
  f.repeat(count, () => {
    f.get(pairs).i32Load().get(place).get(again).select().tee(at);
    f.get(step).i32Mul().get(x).i32Add().tee(lower).get(step).i32Add().i32(4).i32Sub().i32Load().set(upper);
    f.get(lower).i32Load().get(mask).i32And().set(lower);
    f.get(infinity).if(orderBits);
    f.get(pairs).get(at).i32Store();
    f.get(pairs).get(upper).get(lower).get(isUpper).select().get(inverse).i32Xor().i32Store(4);
    f.increase(pairs, pairBytes).increase(place, 1);
  });
  return f;
}

function countDigits(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [pairs, count, counters, digit] = f.parametersOf("i32", 4);
  f.get(counters).i32(0).i32(counterBytes).memoryFill();
  return overDigits(f, { pairs, count, counters, digit }, (counter) => f.get(counter).get(counter).i32Load().i32(1).i32Add().i32Store());
}
function moveDigits(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [pairs, count, counters, digit] = f.parametersOf("i32", 4);
  const to = f.local("i32");
  return overDigits(f, { pairs, count, counters, digit }, (counter) => {
    f.get(counter).get(counter).i32Load().tee(to).i32(pairBytes).i32Add().i32Store();
    f.get(to).get(pairs).v128Load64Zero().v128Store64Lane(0);
  });
}
interface DigitLoop {
  readonly pairs: Local;
  readonly count: Local;
  readonly counters: Local;
  readonly digit: Local;
}
/** Emits a loop over pairs; `visit` is handed the address of the counter that a pair's digit has. */
function overDigits(f: FunctionBuilder, { pairs, count, counters, digit }: DigitLoop, visit: (counter: Local) => unknown): FunctionBuilder {
  const counter = f.local("i32");
  return f.repeat(count, () => {
    f.get(pairs).get(digit).i32Add().i32Load8U().i32(2).i32Shl().get(counters).i32Add().set(counter);
    visit(counter);
    f.increase(pairs, pairBytes);
  });
}

function placeDigits(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [counters, blocks, to] = f.parametersOf("i32", 3);
  const [values, left, counter, count] = f.localsOf("i32", 4);
  f.i32(counterBytes).set(values);
  const eachValue = (): void => {
    f.get(counters).set(counter).get(blocks).set(left);
    f.repeat(left, () => {
      f.get(counter).i32Load().set(count).get(counter).get(to).i32Store();
      f.increase(to, () => f.get(count).i32(pairBytes).i32Mul()).increase(counter, counterBytes);
    });
    f.increase(counters, 4);
  };
  return f.repeat(values, eachValue, 4);
}

/** Brings the first `kept` pairs to the front, in order. What lies behind them is lost. */
function insertPairs(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [pairs, count, kept] = f.parametersOf("i32", 3);
  const [pair, to, full, key] = f.localsOf("i32", 4);
  const moved = f.local("v128");
  const before = (): FunctionBuilder => f.get(to).i32(pairBytes).i32Sub();
  const isAfter = (): FunctionBuilder => before().i32Load(4).get(key).i32GtU().get(to).get(pairs).i32Ne().i32And();
  f.get(pairs).tee(pair).get(kept).i32(3).i32Shl().i32Add().set(full);
  f.repeat(count, () => {
    f.get(pair).v128Load64Zero().set(moved).get(pair).i32Load(4).set(key);
    f.get(full).get(pair).get(full).get(pair).i32LtU().select().set(to);
    f.while(isAfter, () => {
      f.get(to);
      before().v128Load64Zero().v128Store64Lane(0);
      f.increase(to, -pairBytes);
    });
    f.get(to).get(moved).v128Store64Lane(0);
    f.increase(pair, pairBytes);
  });
  return f;
}

function takePlaces(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [pairs, y, count] = f.parametersOf("i32", 3);
  f.repeat(count, () => {
    f.get(y).get(pairs).i32Load().i32Store();
    f.increase(pairs, pairBytes).increase(y, 4);
  });
  return f;
}

function sortRows(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [x, words, infinity, sign, inverse, y, rows, columns, kept, pairs, spare, counters] = f.parametersOf("i32", 12);
  const [isUpper, digit, swap] = f.localsOf("i32", 3);
  const [keys, insert, count, place, move, take] = [sortKeys(), insertPairs(), countDigits(), placeDigits(), moveDigits(), takePlaces()];
  const byDigits = (): void => {
    f.i32(firstDigit).set(digit);
    f.whileBelow(digit, pairBytes, () => {
      f.callWith(count, pairs, columns, counters, digit)
        .callWith(place, counters, 1, spare)
        .callWith(move, pairs, columns, counters, digit);
      f.get(pairs).set(swap).get(spare).set(pairs).get(swap).set(spare);
      f.increase(digit, 1);
    });
  };
  // After the lower words all pairs are needed again.
  const needed = (): FunctionBuilder => f.get(kept).get(columns).get(isUpper).select();
  f.repeat(rows, () => {
    f.i32(2).get(words).i32Sub().set(isUpper);
    f.whileBelow(isUpper, 2, () => {
      f.callWith(keys, x, words, infinity, sign, inverse, isUpper, pairs, 0, columns);
      f.get(counters).if(byDigits, () => f.callWith(insert, pairs, columns, needed));
      f.increase(isUpper, 1);
    });
    f.callWith(take, pairs, y, kept);
    f.increase(x, () => f.get(columns).get(words).i32Mul().i32(2).i32Shl()).increase(y, () => f.get(kept).i32(2).i32Shl());
  });
  return f;
}
