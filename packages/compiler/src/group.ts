/** Neighbouring maps, or folds, of one shape become one kernel that writes several values: Adam's m, v and w, say, or two sums. */
import { identityKey, remember, type Value } from "@antler/tensor-core";
import { type Axis, axisIndex, constantIndex, indexDepends } from "./affine.ts";
import { accumulator, type ValueLoad } from "./element.ts";
import type { Expr } from "./kernel.ts";
import { type Draft, rewrite } from "./loops.ts";
import { dataOf, indexOf, topological } from "./walk.ts";

/** Puts other expressions in the place of some. */
function replacing(by: (e: Expr) => Expr | undefined): (e: Expr) => Expr {
  const memo = new Map<Expr, Expr>();
  const replace = (e: Expr): Expr => remember(memo, e, () => by(e) ?? (e.args.length ? { ...e, args: e.args.map(replace) } : e));
  return replace;
}

const loadsOf = (nodes: readonly Expr[]): Expr[] => nodes.filter((e) => e.op === "load");
const nodesOf = (d: Draft): Expr[] => topological([...d.stores.map((s) => s.expr), ...(d.fold?.lift ?? [])]);
export const valuesRead = (d: Draft): Set<Value> => new Set(loadsOf(nodesOf(d)).map((e) => (e.value as ValueLoad).value));

const placeOf = ({ value, index }: ValueLoad): string => `${identityKey(value)} ${index.key}`;

/**
 * Joins `next` to a draft over the same loops, or gives undefined where that is not allowed.
 * @param available whether a value exists when the first draft runs
 */
export function join(first: Draft, next: Draft, available: (v: Value) => boolean, maxBuffers: number): Draft | undefined {
  if (first.space.length !== next.space.length || first.space.some((a, k) => a !== next.space[k])) return undefined;
  if (first.fold || next.fold) return joinFolds(first, next, available, maxBuffers);
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
  const inline = replacing((e) => (e.op === "load" ? made.get(placeOf(e.value as ValueLoad))?.expr : undefined));
  const joined = { ...first, stores: [...first.stores, ...next.stores.map((s) => ({ ...s, expr: inline(s.expr) }))] };
  return valuesRead(joined).size + joined.stores.length <= maxBuffers ? joined : undefined;
}

/** Accumulators of a kernel, at most: each takes several registers. */
const MAX_ACCUMULATORS = 4;

/** Two folds over the same elements, neither of which needs the other's result, walk them once. */
function joinFolds(first: Draft, next: Draft, available: (v: Value) => boolean, maxBuffers: number): Draft | undefined {
  const [a, b] = [first.fold, next.fold];
  if (!a || !b || a.axes.length !== b.axes.length || a.axes.some((x, k) => x.extent !== b.axes[k]!.extent)) return undefined;
  const count = a.zero.length;
  if (count + b.zero.length > MAX_ACCUMULATORS) return undefined;
  if (![...valuesRead(next)].every(available)) return undefined;
  const axes = new Map<Axis, Axis>(b.axes.map((axis, k) => [axis, a.axes[k]!]));
  const moved = rewrite(next, (axis) => {
    const to = axes.get(axis);
    return to && axisIndex(to);
  });
  const walked = (lift: readonly Expr[]): string[] =>
    loadsOf(topological(lift)).flatMap((e) => {
      const { value, index } = e.value as ValueLoad;
      return [...a.axes, ...first.space].every((axis) => indexDepends(index, axis)) ? [`${identityKey(value)}[${index.key}]`] : [];
    });
  const elements = new Set(walked(a.lift));
  if (!walked(moved.fold!.lift).some((x) => elements.has(x))) return undefined;
  const shift = replacing((e) => (e.op === "acc" ? accumulator(e.dtype, (e.value as number) + count) : undefined));
  const fold = {
    ...a,
    zero: [...a.zero, ...b.zero],
    lift: [...a.lift, ...moved.fold!.lift],
    combine: (x: readonly Expr[], y: readonly Expr[]) => [
      ...a.combine(x.slice(0, count), y.slice(0, count)),
      ...b.combine(x.slice(count), y.slice(count)),
    ],
  };
  const stores = moved.stores.map((s) => ({ ...s, expr: shift(s.expr) }));
  const joined = { ...first, fold, stores: [...first.stores, ...stores] };
  return valuesRead(joined).size + joined.stores.length <= maxBuffers ? joined : undefined;
}
