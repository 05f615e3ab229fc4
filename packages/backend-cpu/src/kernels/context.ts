// What every kernel driver is given, and what every kernel generator is told.

import { type Memory, Region } from "../memory.ts";
import type { KernelExports } from "./base.ts";

/** What drivers call: kernels, and a region for what lies between two calls. */
export interface KernelCalls {
  readonly exports: KernelExports;
  /** What was reserved is valid until the next call of `reserve`. */
  readonly scratch: { reserve(bytes: number): number };
}

export interface KernelContext extends KernelCalls {
  /** Whether several threads do the pieces; where not, only caches ask for any. */
  readonly isShared: boolean;
  /**
   * Does `count` pieces of work, in any order and on any thread, and comes back when all are done. So no piece may need
   * another's results, and a result must not depend on how the work was cut. A piece calls the kernels it is handed and
   * nothing else: no view of memory, no other scratch than its own, which it fills itself (it keeps what it reserves to
   * its end). `nanoseconds` of all pieces together, roughly: little work stays on the calling thread.
   */
  parallel(count: number, nanoseconds: number, piece: (calls: KernelCalls, index: number) => void): void;
  /** The same for whole works that use `parallel` themselves: many small ones are shared between threads, few are cut further. */
  each(count: number, nanoseconds: number, work: (context: KernelContext, index: number) => void): void;
}

/** A context of one thread. */
export function serialContext(memory: Memory, exports: KernelExports): KernelContext {
  const calls: KernelCalls = { exports, scratch: new Region(memory) };
  return {
    exports,
    scratch: new Region(memory),
    isShared: false,
    parallel(count, _, piece) {
      for (let index = 0; index < count; index += 1) piece(calls, index);
    },
    each(count, _, work) {
      for (let index = 0; index < count; index += 1) work(this, index);
    },
  };
}

export interface KernelOptions {
  /** Whether multiply-add may be fused: twice as fast, and rounds differently. */
  readonly relaxed: boolean;
}

/** Bytes of a float32 or an int32, the only elements the hand-written kernels know. */
export const elementBytes = 4;

/**
 * Called with a block of a result matrix once its elements are final: rows from `row0` up to but not
 * including `row1`, columns likewise. It must not reserve scratch, which is in use meanwhile.
 */
export type BlockDone = (row0: number, row1: number, column0: number, column1: number) => void;
