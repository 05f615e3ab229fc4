/** Who holds which storage: the count behind dispose, donation and memory(). */
import type { Storage } from "./backend.ts";
import { byteSize } from "./spec.ts";

/**
 * All that are alive, in no order: each knows its place, which the last one takes when it goes. A Set would do, but makes its
 * table anew for every few hundred that come and go, and engines soon count such a table among what is old and rarely collected.
 */
const live: Storage[] = [];

export function hold(s: Storage): void {
  if (s.holders++ === 0) s.place = live.push(s) - 1;
}
export function release(s: Storage): void {
  if (--s.holders > 0) return;
  leave(s);
  s.backend.free(s);
}
/** Takes a storage out of the books that a program has consumed. */
export function forget(s: Storage): void {
  s.holders = 0;
  leave(s);
}
function leave(s: Storage): void {
  const last = live.pop() as Storage;
  if (last !== s) live[(last.place = s.place as number)] = last;
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
  const all = live.map((s) => ({ bytes: byteSize(s.spec), dtype: s.spec.dtype, shape: s.spec.shape, backend: s.backend.name }));
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
