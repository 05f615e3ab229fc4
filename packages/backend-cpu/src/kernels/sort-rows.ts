// Stable orders: every element becomes a pair of its place and a key, a word that orders as unsigned numbers do, and pairs are
// sorted. Elements of 64 bits are sorted by their lower words, then by their upper ones.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";

/** Bytes of a pair: the place, then the key. */
export const pairBytes = 8;

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
  /** How often each digit occurs: the `bits` of the key from `shift` on. */
  countDigits(pairs: number, count: number, counters: number, shift: number, bits: number): void;
  /** Replaces the counters of all blocks by where the pairs of each digit go: those of earlier blocks before those of later ones. */
  placeDigits(counters: number, blocks: number, bits: number, to: number): void;
  /** Moves the pairs there. */
  moveDigits(pairs: number, count: number, counters: number, shift: number, bits: number): void;
  takePlaces(pairs: number, y: number, count: number): void;
  /** All of this for whole rows: the places of the first `kept` elements of each. Without `bits`, by insertion. */
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
    bits: number,
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

/** Emits a loop over pairs that is handed code for the address of a pair's counter. */
function overDigits(visit: (f: FunctionBuilder, pair: Local, counter: () => FunctionBuilder) => void, prepare?: "clear"): FunctionBuilder {
  const f = new FunctionBuilder();
  const [pairs, count, counters, shift, bits] = f.parametersOf("i32", 5);
  const mask = f.local("i32");
  if (prepare) f.get(counters).i32(0).i32(4).get(bits).i32Shl().memoryFill();
  // Counters have 4 bytes.
  f.i32(4).get(bits).i32Shl().i32(4).i32Sub().set(mask);
  f.repeat(count, () => {
    const digit = (): FunctionBuilder => f.get(pairs).i32Load(4).get(shift).i32ShrU().i32(2).i32Shl().get(mask).i32And();
    visit(f, pairs, () => digit().get(counters).i32Add());
    f.increase(pairs, pairBytes);
  });
  return f;
}
function countDigits(): FunctionBuilder {
  return overDigits((f, _, counter) => {
    const at = f.local("i32");
    counter().tee(at).get(at).i32Load().i32(1).i32Add().i32Store();
  }, "clear");
}
function moveDigits(): FunctionBuilder {
  return overDigits((f, pair, counter) => {
    const [at, to] = f.localsOf("i32", 2);
    counter().tee(at).get(at).i32Load().tee(to).i32(pairBytes).i32Add().i32Store();
    f.get(to).get(pair).v128Load64Zero().v128Store64Lane(0);
  });
}

function placeDigits(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [counters, blocks, bits, to] = f.parametersOf("i32", 4);
  const [digits, left, at, count] = f.localsOf("i32", 4);
  f.i32(1).get(bits).i32Shl().set(digits);
  f.repeat(digits, () => {
    f.get(counters).set(at).get(blocks).set(left);
    f.repeat(left, () => {
      f.get(at).i32Load().set(count);
      f.get(at).get(to).i32Store();
      f.increase(to, () => f.get(count).i32(pairBytes).i32Mul());
      f.increase(at, () => f.i32(4).get(bits).i32Shl());
    });
    f.increase(counters, 4);
  });
  return f;
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
  const [x, words, infinity, sign, inverse, y, rows, columns, kept, pairs, spare, counters, bits] = f.parametersOf("i32", 13);
  const [isUpper, shift, swap] = f.localsOf("i32", 3);
  const [keys, insert, count, place, move, take] = [sortKeys(), insertPairs(), countDigits(), placeDigits(), moveDigits(), takePlaces()];
  const byDigits = (): void => {
    f.i32(0).set(shift);
    f.whileBelow(shift, 32, () => {
      f.callWith(count, pairs, columns, counters, shift, bits).callWith(place, counters, 1, bits, spare);
      f.callWith(move, pairs, columns, counters, shift, bits);
      f.get(pairs).set(swap).get(spare).set(pairs).get(swap).set(spare);
      f.increase(shift, bits);
    });
  };
  // After the lower words all pairs are needed again.
  const needed = (): FunctionBuilder => f.get(kept).get(columns).get(isUpper).select();
  f.repeat(rows, () => {
    f.i32(2).get(words).i32Sub().set(isUpper);
    f.whileBelow(isUpper, 2, () => {
      f.callWith(keys, x, words, infinity, sign, inverse, isUpper, pairs, 0, columns);
      f.get(bits).if(byDigits, () => f.callWith(insert, pairs, columns, needed));
      f.increase(isUpper, 1);
    });
    f.callWith(take, pairs, y, kept);
    f.increase(x, () => f.get(columns).get(words).i32Mul().i32(2).i32Shl()).increase(y, () => f.get(kept).i32(2).i32Shl());
  });
  return f;
}
