/** What the core tells those who listen: profilers, the debug printer, tests. The core itself never logs. */
import type { Graph } from "./graph.ts";

export type AntlerEvent =
  /** An op ran outside of any compiled function. */
  | { readonly kind: "dispatch"; readonly op: string }
  /** A function was traced; `count` says how often so far. */
  | { readonly kind: "trace"; readonly name: string; readonly count: number; readonly ms: number }
  /** A backend made a program of a graph; `print` shows its kernels and memory. */
  | {
      readonly kind: "compile";
      readonly backend: string;
      readonly nodes: number;
      readonly kernels: number;
      readonly ms: number;
      readonly graph: Graph;
      readonly print?: () => string;
    }
  /** A device made a kernel runnable. */
  | { readonly kind: "kernel"; readonly backend: string; readonly name: string; readonly code?: unknown }
  /** A device ran a kernel over so many bytes; only devices that were asked to take times say so. */
  | { readonly kind: "time"; readonly backend: string; readonly name: string; readonly ms: number; readonly bytes: number }
  /** A compiled function ran. */
  | { readonly kind: "run"; readonly name: string }
  /** A program waited for, or worked on, the host. */
  | { readonly kind: "host"; readonly backend: string; readonly op: string }
  /** Numbers were read from a device. */
  | { readonly kind: "read"; readonly backend: string; readonly bytes: number }
  /** Something a user should know once. */
  | { readonly kind: "warning"; readonly message: string };

export type Listener = (event: AntlerEvent) => void;

const listeners = new Set<Listener>();

/**
 * Calls `listener` for every event until the returned function is called.
 * @example
 * const stop = onEvent((e) => console.log(e.kind));
 * stop();
 */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
export const listening = (): boolean => listeners.size > 0;
export const emit = (event: AntlerEvent): void => {
  for (const listener of listeners) listener(event);
};
