/** How many threads CPU backends compute with: a wish that holds for those that exist and for later ones. */
import { ValueError } from "@antler/tensor-core";
import { machineThreads } from "./worker.ts";

interface Threaded {
  threads: number;
}
let wish: number | undefined;
const known = new Set<WeakRef<Threaded>>();

/**
 * Sets how many threads every CPU backend computes with, the calling one included. Results do not depend on it, bit for bit.
 * Without it: as many as the machine runs at once, at most 8. Where threads cannot share memory (a page without
 * cross-origin isolation) one computes, whatever is set. Threads start with the first large computation.
 * @throws ValueError unless it is a whole number of at least 1
 * @example
 * setThreads(4);
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new ValueError("setThreads", `expected a whole number of at least 1, got ${count}`);
  wish = count;
  for (const ref of known) {
    const context = ref.deref();
    if (context) context.threads = count;
    else known.delete(ref);
  }
}

/** The number of threads for a new backend, which `setThreads` will reach. */
export function enrol(context: Threaded, own: number | undefined): void {
  context.threads = own ?? wish ?? machineThreads();
  known.add(new WeakRef(context));
}
