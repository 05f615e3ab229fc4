/** Neighbouring maps of one shape become one kernel that writes several values: Adam's m, v and w, say. */
import { identityKey, type Value } from "@antler/tensor-core";
import { constantIndex } from "./affine.ts";
import type { ValueLoad } from "./element.ts";
import type { Expr } from "./kernel.ts";
import type { Draft } from "./loops.ts";
import { dataOf, indexOf, topological } from "./walk.ts";

const loadsOf = (nodes: readonly Expr[]): Expr[] => nodes.filter((e) => e.op === "load");
const nodesOf = (d: Draft): Expr[] => topological([...d.stores.map((s) => s.expr), ...(d.fold?.lift ?? [])]);
export const valuesRead = (d: Draft): Set<Value> => new Set(loadsOf(nodesOf(d)).map((e) => (e.value as ValueLoad).value));

const placeOf = ({ value, index }: ValueLoad): string => `${identityKey(value)} ${index.key}`;

/**
 * Joins `next` to a draft over the same loops, or gives undefined where that is not allowed.
 * @param available whether a value exists when the first draft runs
 */
export function join(first: Draft, next: Draft, available: (v: Value) => boolean, maxBuffers: number): Draft | undefined {
  if (first.fold || next.fold || first.space.length !== next.space.length || first.space.some((a, k) => a !== next.space[k]))
    return undefined;
  const values = new Set(first.stores.map((s) => s.value));
  const made = new Map(first.stores.map((s) => [placeOf(s), s]));
  const before = valuesRead(first);
  let related = false;
  const nodes = nodesOf(next);
  const placing = new Set(topological(nodes.flatMap((e) => dataOf<Expr>(indexOf(e) ?? constantIndex(0)))));
  for (const e of loadsOf(nodes)) {
    const { value } = e.value as ValueLoad;
    if (values.has(value)) {
      // What another load is placed by must be in memory.
      if (placing.has(e) || !made.has(placeOf(e.value as ValueLoad))) return undefined;
      related = true;
    } else if (!available(value)) return undefined;
    else if (before.has(value)) related = true;
  }
  if (!related) return undefined;
  const memo = new Map<Expr, Expr>();
  const inline = (e: Expr): Expr => {
    let out = memo.get(e);
    if (!out) {
      const member = e.op === "load" ? made.get(placeOf(e.value as ValueLoad)) : undefined;
      out = member ? member.expr : e.args.length ? { ...e, args: e.args.map(inline) } : e;
      memo.set(e, out);
    }
    return out;
  };
  const joined = { ...first, stores: [...first.stores, ...next.stores.map((s) => ({ ...s, expr: inline(s.expr) }))] };
  return valuesRead(joined).size + joined.stores.length <= maxBuffers ? joined : undefined;
}
