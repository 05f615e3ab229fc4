// Stable orders: every element becomes a pair of its place and a key that orders as unsigned numbers do, and pairs are sorted.
// Elements of 64 bits are sorted by their lower words, then by their upper ones.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";

/** Bytes of a pair: the place, then the key. */
export const pairBytes = 8;

export interface SortingExports {
  /**
   * Makes pairs of `count` elements from `place` on; where `again`, the pairs hold places already, in an order to keep.
   * NaN is the largest number, −0 equals 0. `bytes` of an element; `infinity` is the upper word of that number, 0 for integers;
   * `upper` and `lower` are the bits of the left-aligned element to flip, and `word` is how far right the key is from there.
   */
  sortKeys(
    x: number,
    bytes: number,
    infinity: number,
    upper: number,
    lower: number,
    word: number,
    pairs: number,
    place: number,
    count: number,
    again: number,
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
    bytes: number,
    infinity: number,
    upper: number,
    lower: number,
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
  const [x, bytes, infinity, upper, lower, word, pairs, place, count, again] = f.parametersOf("i32", 10);
  const [value, size, flipped, limit, rest, shift] = f.localsOf("i64", 6);
  const at = f.local("i32");
  const magnitudeBits = 2n ** 63n - 1n;
  const wide = (upper: Local): FunctionBuilder => f.get(upper).i64ExtendI32U().i64(32n).i64Shl();
  wide(upper).get(lower).i64ExtendI32U().i64Or().set(flipped);
  wide(infinity).set(limit);
  f.get(word).i64ExtendI32U().set(shift);
  f.i32(64).get(bytes).i32(3).i32Shl().i32Sub().i64ExtendI32U().set(rest);
  // Eight bytes are read that end with the element's last.
  f.increase(x, () => f.get(bytes).i32(8).i32Sub());
  f.repeat(count, () => {
    f.get(pairs).i32Load().get(place).get(again).select().set(at);
    f.get(x).get(at).get(bytes).i32Mul().i32Add().i64Load().get(rest).i64ShrU().get(rest).i64Shl().set(value);
    f.get(infinity).if(() => {
      f.get(value).i64(magnitudeBits).i64And().set(size);
      f.i64(magnitudeBits).get(value).get(size).get(limit).i64GtU().select().set(value);
      f.i64(0n).get(value).get(size).i64Eqz().select().tee(value);
      // The larger a negative number's bits, the smaller it is.
      f.get(value).i64(63n).i64ShrS().i64(1n).i64ShrU().i64Xor().set(value);
    });
    f.get(pairs).get(at).i32Store();
    f.get(pairs).get(value).get(flipped).i64Xor().get(shift).i64ShrU().i32WrapI64().i32Store(4);
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
    f.get(to).get(pair).i64Load().i64Store();
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
  const moved = f.local("i64");
  const before = (): FunctionBuilder => f.get(to).i32(pairBytes).i32Sub();
  const isAfter = (): FunctionBuilder => before().i32Load(4).get(key).i32GtU().get(to).get(pairs).i32Ne().i32And();
  f.get(pairs).tee(pair).get(kept).i32(3).i32Shl().i32Add().set(full);
  f.repeat(count, () => {
    f.get(pair).i64Load().set(moved).get(pair).i32Load(4).set(key);
    f.get(full).get(pair).get(full).get(pair).i32LtU().select().set(to);
    f.while(isAfter, () => {
      f.get(to);
      before().i64Load().i64Store();
      f.increase(to, -pairBytes);
    });
    f.get(to).get(moved).i64Store();
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
  const [x, bytes, infinity, upper, lower, y, rows, columns, kept, pairs, spare, counters, bits] = f.parametersOf("i32", 13);
  const [first, word, again, shift, keyBits, swap] = f.localsOf("i32", 6);
  const [keys, insert, count, place, move, take] = [sortKeys(), insertPairs(), countDigits(), placeDigits(), moveDigits(), takePlaces()];
  const byDigits = (): void => {
    f.i32(0).set(shift);
    f.whileBelow(shift, keyBits, () => {
      f.callWith(count, pairs, columns, counters, shift, bits).callWith(place, counters, 1, bits, spare);
      f.callWith(move, pairs, columns, counters, shift, bits);
      f.get(pairs).set(swap).get(spare).set(pairs).get(swap).set(spare);
      f.increase(shift, bits);
    });
  };
  // All pairs are needed again after the lower words.
  const needed = (): FunctionBuilder => f.get(kept).get(columns).get(word).select();
  f.i32(64).get(bytes).i32(3).i32Shl().tee(keyBits).i32Sub().set(first);
  f.i32(32).get(keyBits).get(first).i32Eqz().select().set(keyBits);
  f.repeat(rows, () => {
    f.get(first).set(word).i32(0).set(again);
    f.whileBelow(word, 64, () => {
      f.callWith(keys, x, bytes, infinity, upper, lower, word, pairs, 0, columns, again);
      f.get(bits).if(byDigits, () => f.callWith(insert, pairs, columns, needed));
      f.i32(1).set(again);
      f.increase(word, 32);
    });
    f.callWith(take, pairs, y, kept);
    f.increase(x, () => f.get(columns).get(bytes).i32Mul()).increase(y, () => f.get(kept).i32(2).i32Shl());
  });
  return f;
}
