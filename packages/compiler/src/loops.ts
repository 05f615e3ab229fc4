/** Loop nests made simple: loops are split where an index divides by them, and merged where every operand walks them as one. */
import { remember, type Value } from "@antler/tensor-core";
import { type Axis, addIndex, axisIndex, coefficient, constantIndex, type Index, newAxis, scaleIndex, substitute } from "./affine.ts";
import type { LoweredFold, ValueLoad } from "./element.ts";
import type { Expr } from "./kernel.ts";
import { sharing } from "./share.ts";
import { divideSize, mulSize, type Size } from "./size.ts";
import { indexOf, topological } from "./walk.ts";

/** A kernel in the making: what it stores where, over which loops. */
export interface Draft {
  readonly space: readonly Axis[];
  readonly fold: LoweredFold | undefined;
  readonly stores: readonly { readonly value: Value; readonly index: Index; readonly expr: Expr }[];
}

/** Splits, then merges loops. `keepSpace` leaves the outer loops as they are. */
export function arrange(draft: Draft, { keepSpace = false }: { readonly keepSpace?: boolean } = {}): Draft {
  let d = share(draft);
  if (!keepSpace) for (let s = splitOf(d); s; s = splitOf(d)) d = replaceAxes(d, new Map([[s.axis, s]]));
  for (const part of keepSpace ? (["fold"] as const) : (["space", "fold"] as const)) {
    for (let m = mergeOf(d, part); m; m = mergeOf(d, part)) d = mergeAxes(d, m);
  }
  return d;
}

const rootsOf = (d: Draft): Expr[] => [...d.stores.map((s) => s.expr), ...(d.fold?.lift ?? [])];

const nested = (i: Index): Index[] => [i, ...i.terms.flatMap(({ atom }) => ("of" in atom ? nested(atom.of) : []))];
/** Every index in a draft, those inside guards and divisions included. */
export const indicesOf = (d: Draft): Index[] =>
  [...d.stores.map((s) => s.index), ...topological(rootsOf(d)).flatMap((e) => indexOf(e) ?? [])].flatMap(nested);

/** A division of one loop variable by a size that divides its extent: the loop becomes two. */
function splitOf(d: Draft): { axis: Axis; parts: readonly [Axis, Axis]; index: Index } | undefined {
  let found: { axis: Axis; by: Size; outer: Size } | undefined;
  for (const { atom } of indicesOf(d).flatMap((i) => i.terms)) {
    if (!("of" in atom)) continue;
    const [only] = atom.of.terms;
    if (atom.of.terms.length !== 1 || atom.of.constant !== 0 || only!.by !== 1 || only!.atom.kind !== "axis") continue;
    const { axis } = only!.atom;
    const outer = divideSize(axis.extent, atom.by);
    // The coarsest division first: finer ones then fall into its inner loop.
    if (outer !== undefined && (!found || (found.axis === axis && divideSize(atom.by, found.by) !== undefined)))
      found = { axis, by: atom.by, outer };
  }
  if (!found) return undefined;
  const parts = [newAxis(found.outer), newAxis(found.by)] as const;
  return { axis: found.axis, parts, index: addIndex(scaleIndex(axisIndex(parts[0]), found.by), axisIndex(parts[1])) };
}

/** Two neighbouring loops that every index walks as if they were one. */
function mergeOf(d: Draft, part: "space" | "fold"): { outer: Axis; inner: Axis } | undefined {
  const axes = part === "space" ? d.space : (d.fold?.axes ?? []);
  const indices = axes.length > 1 ? indicesOf(d) : [];
  for (let k = 0; k + 1 < axes.length; k++) {
    const [outer, inner] = [axes[k]!, axes[k + 1]!];
    const fits = indices.every((i) => {
      const [a, b] = [coefficient(i, outer), coefficient(i, inner)];
      return a !== undefined && b !== undefined && a === mulSize(b, inner.extent);
    });
    if (fits) return { outer, inner };
  }
  return undefined;
}
function mergeAxes(d: Draft, { outer, inner }: { readonly outer: Axis; readonly inner: Axis }): Draft {
  const merged = newAxis(mulSize(outer.extent, inner.extent));
  // outer·extent + inner is the merged variable, so the inner's terms become its and the outer's vanish.
  return replaceAxes(
    d,
    new Map([
      [outer, { parts: [], index: constantIndex(0) }],
      [inner, { parts: [merged], index: axisIndex(merged) }],
    ]),
  );
}
/** Puts loops in the place of others, in which their indices are told. */
function replaceAxes(d: Draft, by: ReadonlyMap<Axis, { readonly parts: readonly Axis[]; readonly index: Index }>): Draft {
  const { space, stores, fold } = rewrite(d, (a) => by.get(a)?.index);
  const swap = (axes: readonly Axis[]): Axis[] => axes.flatMap((a) => by.get(a)?.parts.filter((p) => p.extent !== 1) ?? a);
  return { space: swap(space), stores, fold: fold && { ...fold, axes: swap(fold.axes) } };
}

/** Replaces loop variables everywhere, and what loads refer to. */
export function rewrite(d: Draft, axis: (a: Axis) => Index | undefined, load: (l: ValueLoad) => unknown = (l) => l): Draft {
  const table = new Table(axis, load);
  return {
    space: d.space,
    stores: d.stores.map((s) => ({ value: s.value, index: table.index(s.index), expr: table.expr(s.expr) })),
    fold: d.fold && { ...d.fold, lift: d.fold.lift.map((e) => table.expr(e)) },
  };
}
/** Makes equal sub-expressions one object. */
const share = (d: Draft): Draft => rewrite(d, () => undefined);

class Table {
  readonly #axis: (a: Axis) => Index | undefined;
  readonly #memo = new Map<Expr, Expr>();
  readonly #share = sharing<Expr>();
  readonly #indices = new Map<string, Index>();
  readonly #load: (l: ValueLoad) => unknown;
  constructor(axis: (a: Axis) => Index | undefined, load: (l: ValueLoad) => unknown) {
    this.#axis = axis;
    this.#load = load;
  }
  index(i: Index): Index {
    return remember(this.#indices, i.key, () => substitute(i, this.#axis, (e) => this.expr(e)));
  }
  expr(e: Expr): Expr {
    return remember(this.#memo, e, () => this.#share(this.#rebuild(e)));
  }
  #rebuild(e: Expr): Expr {
    const args = e.args.map((a) => this.expr(a));
    if (e.op === "index") {
      const index = this.index(e.value as Index);
      return index.terms.length === 0 && typeof index.constant === "number"
        ? { op: "const", dtype: "int32", args: [], value: index.constant }
        : { ...e, value: index };
    }
    if (e.op === "load") {
      const { value, index } = e.value as ValueLoad;
      return { ...e, args, value: this.#load({ value, index: this.index(index) }) };
    }
    return { ...e, args };
  }
}
