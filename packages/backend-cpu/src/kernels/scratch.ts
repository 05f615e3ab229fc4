// Divides the scratch region among the intermediate buffers of one kernel call.

import type { KernelCalls } from "./context.ts";

const alignment = 64;

/** One pointer per requested size, each 64-byte aligned; valid until scratch is reserved again. */
export function carveScratch<const Sizes extends readonly number[]>(
  { scratch }: KernelCalls,
  ...bytes: Sizes
): { [Index in keyof Sizes]: number } {
  const rounded = bytes.map((size) => Math.ceil(size / alignment) * alignment);
  let next = scratch.reserve(rounded.reduce((sum, size) => sum + size, 0));
  const pointers = rounded.map((size) => {
    const pointer = next;
    next += size;
    return pointer;
  });
  return pointers as { [Index in keyof Sizes]: number };
}

/** A row stride in elements: whole cache lines, and an odd number of them, so that no two rows evict each other. */
export function scratchRowStride(columns: number): number {
  return (Math.ceil(columns / 32) * 2 + 1) * 16;
}
