/** Who holds which storage: the count behind dispose, donation and memory(). */
import type { Storage } from "./backend.ts";
import { byteSize } from "./spec.ts";

const live = new Set<Storage>();

export function hold(s: Storage): void {
  if (s.holders++ === 0) live.add(s);
}
export function release(s: Storage): void {
  if (--s.holders > 0) return;
  live.delete(s);
  s.backend.free(s);
}
/** Takes a storage out of the books that a program has consumed. */
export function forget(s: Storage): void {
  s.holders = 0;
  live.delete(s);
}

export interface MemoryInfo {
  /** Storages alive: tensors that share one count once. */
  readonly numTensors: number;
  readonly numBytes: number;
  /** The largest storages, biggest first. */
  readonly largest: readonly {
    readonly bytes: number;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly backend: string;
  }[];
}

/**
 * What is alive in all backends.
 * @example
 * const before = memory().numBytes;
 */
export function memory(): MemoryInfo {
  const all = [...live].map((s) => ({ bytes: byteSize(s.spec), dtype: s.spec.dtype, shape: s.spec.shape, backend: s.backend.name }));
  return {
    numTensors: all.length,
    numBytes: all.reduce((n, s) => n + s.bytes, 0),
    largest: all.sort((a, b) => b.bytes - a.bytes).slice(0, 5),
  };
}

/** What takes most room, for messages of errors: backends know of blocks, and not what is in them. */
export function largestHolders(): string {
  const { largest } = memory();
  const list = largest.map(({ bytes, dtype, shape }) => `${dtype}[${shape.join(", ")}] (${bytes} bytes)`);
  return `Dispose of tensors, or use tidy(). The largest alive: ${list.join(", ") || "none"}.`;
}
