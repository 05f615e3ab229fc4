/** Scopes that give memory back: what is made inside and not returned is disposed of. */
import { context, type Scope, within } from "./context.ts";
import { Tensor } from "./tensor.ts";
import { leaves } from "./tree.ts";

/**
 * Runs `fn` and disposes of every tensor it made, except those in its result (a tensor, or arrays and objects of them)
 * and the values variables hold. Takes a synchronous function.
 * @example
 * const y = tidy(() => add(mul(tensor([1, 2]), 3), 1));
 */
export function tidy<T>(fn: () => T): T {
  const made: Tensor[] = [];
  const scope: Scope = { track: (t) => void made.push(t) };
  const outer = context.scope;
  let result: Set<unknown> = new Set();
  try {
    const value = within("tidy", { scope }, fn);
    result = new Set(leaves(value));
    return value;
  } finally {
    for (const t of made) {
      if (kept.has(t)) continue;
      if (result.has(t)) outer?.track(t);
      else t.dispose();
    }
  }
}

const kept = new WeakSet<Tensor>();

/** Keeps a tensor out of the `tidy` scopes around it. Returns the same tensor. */
export const keep = <T extends Tensor>(t: T): T => {
  kept.add(t);
  return t;
};

/** Disposes of every tensor in arrays and objects. */
export function dispose(tree: unknown): void {
  for (const x of leaves(tree)) if (x instanceof Tensor) x.dispose();
}
