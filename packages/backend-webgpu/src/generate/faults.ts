/** Indices from data that lie outside: the first one is noted in a buffer of its own. */
import type { Reach, Slot } from "../wgsl/memory.ts";

/** Words of the note: the number of the check, the index, and the size of its axis. */
export const FAULT_WORDS = 3;
export const FAULT_SLOT: Slot = { dtype: "uint32", access: "write", atomic: true };

export function checkedFunction({ note }: Reach, slot: number): string {
  return `fn checked(index: i32, below: i32, check: u32) -> i32 {
  if (index >= 0 && index < below) { return index; }
  ${note(slot, ["check", "bitcast<u32>(index)", "bitcast<u32>(below)"])}
  return 0;
}`;
}
