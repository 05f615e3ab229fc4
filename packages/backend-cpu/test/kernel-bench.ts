// Helpers for the kernels' tests: seeded numbers, operands between canaries, tolerances.

import { expect } from "vitest";
import { KernelLibrary } from "../src/kernels/base.ts";
import { type KernelContext, serialContext } from "../src/kernels/context.ts";
import { everySource } from "../src/matched/packs.ts";
import { Memory } from "../src/memory.ts";

/** mulberry32: a small seeded generator of numbers in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rounding of one float32 operation, relative to its result. */
export const epsilon: number = 2 ** -24;

const canary = 0x5ca1ab1e;
const canaryWords = 16;

/** A memory with the base module on it, and arrays in it that notice writes next to them. */
export class KernelBench {
  readonly memory: Memory;
  readonly context: KernelContext;
  readonly #guarded: { readonly pointer: number; readonly words: number }[] = [];

  constructor(relaxed: boolean, shared = false) {
    this.memory = new Memory({ shared });
    const { exports } = new KernelLibrary(this.memory, { relaxed }, everySource());
    this.context = serialContext(this.memory, exports);
  }

  /** Copies values to a block that starts and ends exactly where canaries end and start. */
  put(values: ArrayLike<number>): number {
    const pointer = this.#allocate(values.length);
    this.memory.f32().set(values, pointer >>> 2);
    return pointer;
  }

  /** A block for results, full of NaN. */
  output(words: number): number {
    return this.put(new Float32Array(words).fill(Number.NaN));
  }

  floats(pointer: number, words: number): Float32Array {
    return this.memory.f32().slice(pointer >>> 2, (pointer >>> 2) + words);
  }

  integers(pointer: number, words: number): Int32Array {
    return this.memory.i32().slice(pointer >>> 2, (pointer >>> 2) + words);
  }

  /** Fails if a word next to any block was written; then frees all blocks. */
  checkAndFree(): void {
    const words = this.memory.i32();
    for (const { pointer, words: length } of this.#guarded.splice(0)) {
      const start = pointer >>> 2;
      for (let i = 0; i < canaryWords; i += 1) {
        if (words[start + i] !== canary || words[start + canaryWords + length + i] !== canary) {
          throw new Error(`memory next to a block of ${length} words was written`);
        }
      }
      this.memory.free(pointer);
    }
  }

  #allocate(words: number): number {
    const pointer = this.memory.alloc((words + 2 * canaryWords) * 4);
    const start = pointer >>> 2;
    this.memory.i32().fill(canary, start, start + canaryWords);
    this.memory.i32().fill(canary, start + canaryWords + words, start + 2 * canaryWords + words);
    this.#guarded.push({ pointer, words });
    return pointer + canaryWords * 4;
  }
}

/** Fails with the first element that is further from its expectation than allowed; NaN expects NaN. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, allowed: ArrayLike<number> | number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i += 1) {
    const [got, want] = [actual[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    const limit = typeof allowed === "number" ? allowed : (allowed[i] ?? 0);
    if (Object.is(got, want) || (Number.isNaN(got) && Number.isNaN(want)) || Math.abs(got - want) <= limit) continue;
    throw new Error(`element ${i} is ${got}, expected ${want} within ${limit}`);
  }
}
