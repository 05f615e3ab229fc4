/** What a device needs of whoever shares its work, and one that shares it with nobody. */
import type { FoldCutter } from "@antler/compiler";
import type { KernelLibrary } from "../kernels/base.ts";
import { type KernelContext, serialContext } from "../kernels/context.ts";
import type { Memory } from "../memory.ts";
import type { KernelModule } from "./modules.ts";

export interface DeviceContext extends KernelContext {
  /** How many threads share the work, the calling one included. */
  threads: number;
  /** Whether a piece is being described, so that kernels are to be written down instead of run. */
  readonly isRecording: boolean;
  /** Whether a job of this length is shared. */
  isWorthwhile(pieces: number, nanoseconds: number): boolean;
  /** Shares a job of so many pieces; `describe` makes, or records, the calls of one. */
  share(count: number, describe: (index: number) => void): void;
  /** Shares a generated kernel whose last two arguments are a range: pieces do one such range after the other, up to `extent`. */
  shareRanges(module: KernelModule, index: number, first: readonly number[], ranges: Ranges): void;
  /** Writes down a call of a generated kernel. */
  record(module: KernelModule, index: number, values: readonly number[]): void;
  /** Stops all threads; a later job starts new ones. */
  dismiss(): void;
}

/** How long an axis is, and into how many ranges it is cut. */
export interface Ranges {
  readonly pieces: number;
  readonly extent: number;
}

/** How a device comes to its context. */
export interface Sharing {
  /** Whether memory can be shared here. */
  isPossible(): boolean;
  /** Cuts folds that one thread would do alone. */
  readonly cutFold?: FoldCutter | undefined;
  /** @param threads how many, where that is said */
  context(memory: Memory, library: KernelLibrary, threads: number | undefined): DeviceContext;
}

/** One thread, whatever is asked for. */
export const alone: Sharing = {
  isPossible: () => false,
  context: (memory, { exports }) => ({
    ...serialContext(memory, exports),
    threads: 1,
    isRecording: false,
    isWorthwhile: () => false,
    share() {},
    shareRanges() {},
    record() {},
    dismiss() {},
  }),
};
