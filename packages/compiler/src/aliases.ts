/** Stored views that are another stored value seen with another shape. */
import type { Value } from "@antler/tensor-core";

export type Aliases = ReadonlyMap<Value, Value>;

/** The value whose memory a value has: its own, or that of the one it is an alias of. */
export function resolve(aliases: Aliases, v: Value): Value {
  let x = v;
  for (let a = aliases.get(x); a; a = aliases.get(x)) x = a;
  return x;
}
