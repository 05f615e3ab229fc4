// What every kernel driver is given, and what every kernel generator is told.

import type { KernelExports } from "./base.ts";

/** The memory as drivers see it: they allocate nothing but scratch. */
export interface ScratchMemory {
  /** A region that stays the caller's until the next call; see `Memory.reserveScratch`. */
  reserveScratch(bytes: number): number;
}

export interface KernelContext {
  readonly memory: ScratchMemory;
  readonly exports: KernelExports;
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
