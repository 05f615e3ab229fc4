/** Neighbouring maps of one shape become one kernel that writes several values: Adam's m, v and w, say. */
import type { Value } from "@antler/tensor-core";
import { axisIndex } from "./affine.ts";
import { flatIndex, type ValueLoad } from "./element.ts";
import type { Expr } from "./kernel.ts";
import type { Draft } from "./loops.ts";

/** Every load of a draft; those that place other loads (data indices) apart. */
function loadsOf(d: Draft): { readonly all: readonly Expr[]; readonly placing: ReadonlySet<Expr> } {
  const loads = new Set<Expr>();
  const placing = new Set<Expr>();
  const seen = new Set<Expr>();
  const visit = (e: Expr, places: boolean): void => {
    if (e.op === "load") {
      loads.add(e);
      if (places) placing.add(e);
    }
    if (seen.has(e) && !places) return;
    seen.add(e);
    const index = e.op === "load" ? (e.value as ValueLoad).index : e.op === "index" ? (e.value as ValueLoad["index"]) : undefined;
    if (index) inIndex(index);
    for (const a of e.args) visit(a, places);
  };
  const inIndex = (i: ValueLoad["index"]): void => {
    for (const { atom } of i.terms) {
      if (atom.kind === "data") visit(atom.expr, true);
      else if (atom.kind !== "axis") inIndex(atom.of);
    }
  };
  for (const s of d.stores) visit(s.expr, false);
  for (const e of d.fold?.lift ?? []) visit(e, false);
  return { all: [...loads], placing };
}
export const valuesRead = (d: Draft): Set<Value> => new Set(loadsOf(d).all.map((e) => (e.value as ValueLoad).value));

/**
 * Joins `next` to a draft over the same loops, or gives undefined where that is not allowed.
 * @param available whether a value exists when the first draft runs
 */
export function join(first: Draft, next: Draft, available: (v: Value) => boolean, maxBuffers: number): Draft | undefined {
  if (first.fold || next.fold || first.space.length !== next.space.length || first.space.some((a, k) => a !== next.space[k]))
    return undefined;
  const made = new Map(first.stores.map((s) => [s.value, s]));
  const before = valuesRead(first);
  let related = false;
  const { all, placing } = loadsOf(next);
  for (const e of all) {
    const { value, index } = e.value as ValueLoad;
    const member = made.get(value);
    if (member) {
      // What another load is placed by must be in memory.
      if (placing.has(e)) return undefined;
      if (index.key !== flatIndex(value, first.space.map(axisIndex)).key && index.key !== member.index.key) return undefined;
      related = true;
    } else if (!available(value)) return undefined;
    else if (before.has(value)) related = true;
  }
  if (!related) return undefined;
  const memo = new Map<Expr, Expr>();
  const inline = (e: Expr): Expr => {
    let out = memo.get(e);
    if (!out) {
      const member = e.op === "load" ? made.get((e.value as ValueLoad).value) : undefined;
      out = member ? member.expr : e.args.length ? { ...e, args: e.args.map(inline) } : e;
      memo.set(e, out);
    }
    return out;
  };
  const joined = { ...first, stores: [...first.stores, ...next.stores.map((s) => ({ ...s, expr: inline(s.expr) }))] };
  return valuesRead(joined).size + joined.stores.length <= maxBuffers ? joined : undefined;
}
