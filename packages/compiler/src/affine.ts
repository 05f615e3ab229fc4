/** Index expressions in one normal form: coefficient × atom summed up; atoms are loop variables, divisions, remainders and data. */
import { remember, type Spec, showSpec } from "@antler/tensor-core";
import type { Expr } from "./kernel.ts";
import { addSize, divideSize, mulSize, type Size, showSize, surelyLess } from "./size.ts";
import { indexOf, topological } from "./walk.ts";

/** A loop. Told apart by its id. */
export interface Axis {
  readonly id: number;
  readonly extent: Size;
}
export type Atom =
  | { readonly kind: "axis"; readonly key: string; readonly axis: Axis }
  | { readonly kind: "div" | "mod"; readonly key: string; readonly of: Index; readonly by: Size }
  /** An integer read from a tensor; with a check, one that must lie inside an axis or the run fails. */
  | { readonly kind: "data"; readonly key: string; readonly expr: Expr; readonly check?: IndexCheck | undefined };

/** An index read from data that must lie in [0, below). */
export interface IndexCheck {
  readonly below: Size;
  /** The op that reads there, the axis, and its inputs, for the error. */
  readonly op: string;
  readonly axis: number;
  readonly inputs: readonly Spec[];
}
export const showCheck = ({ below, op, axis, inputs }: IndexCheck): string =>
  `<${showSize(below)} ${op} ${axis} ${inputs.map(showSpec).join()}`;

export interface Term {
  readonly atom: Atom;
  readonly by: Size;
}
export interface Index {
  /** Sorted by the atoms' keys. */
  readonly terms: readonly Term[];
  readonly constant: Size;
  readonly key: string;
}

let axes = 0;
export const newAxis = (extent: Size): Axis => ({ id: axes++, extent });

function make(terms: readonly Term[], constant: Size): Index {
  const sorted = terms.length > 1 ? [...terms].sort((a, b) => (a.atom.key < b.atom.key ? -1 : 1)) : terms;
  return { terms: sorted, constant, key: [...sorted.map((t) => `${showSize(t.by)}.${t.atom.key}`), showSize(constant)].join(" ") };
}
export const constantIndex = (n: Size): Index => make([], n);
export const axisIndex = (axis: Axis): Index =>
  axis.extent === 1 ? constantIndex(0) : make([{ atom: { kind: "axis", key: `i${axis.id}`, axis }, by: 1 }], 0);
let datas = 0;
const dataKeys = new WeakMap<Expr, string>();
export function dataIndex(expr: Expr, check?: IndexCheck): Index {
  const key = remember(dataKeys, expr, () => `x${datas++}`);
  return make([{ atom: { kind: "data", key: check ? key + showCheck(check) : key, expr, check }, by: 1 }], 0);
}

export function addIndex(a: Index, b: Index): Index {
  const terms = new Map<string, Term>(a.terms.map((t) => [t.atom.key, t]));
  for (const t of b.terms) {
    const by = addSize(terms.get(t.atom.key)?.by ?? 0, t.by);
    if (by === 0) terms.delete(t.atom.key);
    else terms.set(t.atom.key, { atom: t.atom, by });
  }
  return rejoin(terms, addSize(a.constant, b.constant));
}
/** `(x / c)·c + x mod c` is x again. */
function rejoin(terms: Map<string, Term>, constant: Size): Index {
  for (const { atom, by } of terms.values()) {
    if (atom.kind !== "mod") continue;
    const [whole, ...others] = divIndex(atom.of, atom.by).terms;
    const quotient = whole && terms.get(whole.atom.key);
    if (quotient && others.length === 0 && whole.by === 1 && quotient.by === mulSize(by, atom.by)) {
      terms.delete(whole.atom.key);
      terms.delete(atom.key);
      return addIndex(make([...terms.values()], constant), scaleIndex(atom.of, by));
    }
  }
  return make([...terms.values()], constant);
}
export function scaleIndex(a: Index, by: Size): Index {
  if (by === 1) return a;
  if (by === 0) return constantIndex(0);
  return make(
    a.terms.map((t) => ({ atom: t.atom, by: mulSize(t.by, by) })),
    mulSize(a.constant, by),
  );
}
export const subIndex = (a: Index, b: Index): Index => addIndex(a, scaleIndex(b, -1));

/** The least and greatest value, where they can be told. */
export function bounds(a: Index): { readonly lo: number; readonly hi: Size | undefined } {
  let lo = typeof a.constant === "number" ? a.constant : Number.NEGATIVE_INFINITY;
  let hi: Size | undefined = a.constant;
  for (const { atom, by } of a.terms) {
    const top: Size | undefined = lastOf(atom);
    if (typeof by !== "number") {
      // A symbolic coefficient is a stride or a size: never negative.
      if (lowOf(atom) < 0) lo = Number.NEGATIVE_INFINITY;
      hi = top !== undefined && hi !== undefined ? addSize(hi, mulSize(top, by)) : undefined;
    } else if (by >= 0) {
      lo += by * lowOf(atom);
      hi = top !== undefined && hi !== undefined ? addSize(hi, mulSize(top, by)) : undefined;
    } else {
      lo = typeof top === "number" ? lo + by * top : Number.NEGATIVE_INFINITY;
      const low = lowOf(atom);
      hi = hi !== undefined && Number.isFinite(low) ? addSize(hi, by * low) : undefined;
    }
  }
  return { lo, hi };
}
function lowOf(atom: Atom): number {
  if (atom.kind === "axis" || atom.kind === "mod") return 0;
  if (atom.kind === "data") return atom.check ? 0 : Number.NEGATIVE_INFINITY;
  const { lo } = bounds(atom.of);
  return typeof atom.by === "number" ? Math.floor(lo / atom.by) : lo >= 0 ? 0 : Number.NEGATIVE_INFINITY;
}
function lastOf(atom: Atom): Size | undefined {
  if (atom.kind === "axis") return addSize(atom.axis.extent, -1);
  if (atom.kind === "mod") return addSize(atom.by, -1);
  if (atom.kind === "data") return atom.check && addSize(atom.check.below, -1);
  const { hi } = bounds(atom.of);
  if (hi === undefined) return undefined;
  if (typeof hi === "number" && typeof atom.by === "number") return Math.floor(hi / atom.by);
  const exact = divideSize(addSize(hi, 1), atom.by);
  return exact === undefined ? undefined : addSize(exact, -1);
}
const inside = (a: Index, n: Size): boolean => {
  const { lo, hi } = bounds(a);
  return lo >= 0 && hi !== undefined && surelyLess(hi, n);
};

/** a = c·quotient + rest, with everything c divides in the quotient. */
function splitBy(a: Index, c: Size): { quotient: Index; rest: Index } {
  const whole: Term[] = [];
  const part: Term[] = [];
  for (const t of a.terms) {
    const by = divideSize(t.by, c);
    if (by === undefined) part.push(t);
    else whole.push({ atom: t.atom, by });
  }
  let [q, r]: [Size, Size] = [0, a.constant];
  if (typeof a.constant === "number" && typeof c === "number") {
    q = Math.floor(a.constant / c);
    r = a.constant - q * c;
  } else {
    const by = divideSize(a.constant, c);
    if (by !== undefined) [q, r] = [by, 0];
  }
  return { quotient: make(whole, q), rest: make(part, r) };
}
/** rest = d·x + y with y in [0, d) and d dividing c: then division by c is one of x by c / d. */
function coarsen(rest: Index, c: number): { d: number; x: Index; y: Index } | undefined {
  const steps = [...new Set(rest.terms.map((t) => t.by))].filter((by): by is number => typeof by === "number" && by > 1 && c % by === 0);
  for (const d of steps.sort((a, b) => b - a)) {
    const { quotient: x, rest: y } = splitBy(rest, d);
    if (inside(y, d)) return { d, x, y };
  }
  return undefined;
}

/** `⌊a / c⌋` for a positive c. */
export function divIndex(a: Index, c: Size): Index {
  if (c === 1) return a;
  const [only] = a.terms;
  if (a.terms.length === 1 && a.constant === 0 && only!.by === 1 && only!.atom.kind === "div")
    return divIndex(only!.atom.of, mulSize(only!.atom.by, c));
  const { quotient, rest } = splitBy(a, c);
  if (inside(rest, c)) return quotient;
  const coarse = typeof c === "number" ? coarsen(rest, c) : undefined;
  if (coarse) return addIndex(quotient, divIndex(coarse.x, (c as number) / coarse.d));
  return addIndex(quotient, make([{ atom: { kind: "div", key: `(${rest.key})/${showSize(c)}`, of: rest, by: c }, by: 1 }], 0));
}
/** `a mod c`, never negative. */
export function modIndex(a: Index, c: Size): Index {
  if (c === 1) return constantIndex(0);
  const { rest } = splitBy(a, c);
  if (inside(rest, c)) return rest;
  const coarse = typeof c === "number" ? coarsen(rest, c) : undefined;
  if (coarse) return addIndex(scaleIndex(modIndex(coarse.x, (c as number) / coarse.d), coarse.d), coarse.y);
  return make([{ atom: { kind: "mod", key: `(${rest.key})%${showSize(c)}`, of: rest, by: c }, by: 1 }], 0);
}

/** The index with axes replaced. `data` rewrites the expressions inside data atoms. */
export function substitute(a: Index, axis: (axis: Axis) => Index | undefined, data: (e: Expr) => Expr): Index {
  let out = constantIndex(a.constant);
  for (const { atom, by } of a.terms) {
    let part: Index;
    if (atom.kind === "axis") part = axis(atom.axis) ?? make([{ atom, by: 1 }], 0);
    else if (atom.kind === "data") part = dataIndex(data(atom.expr), atom.check);
    else part = (atom.kind === "div" ? divIndex : modIndex)(substitute(atom.of, axis, data), atom.by);
    out = addIndex(out, scaleIndex(part, by));
  }
  return out;
}

/** The coefficient of a loop variable; undefined where the index also depends on it in another way. */
export function coefficient(a: Index, axis: Axis): Size | undefined {
  let by: Size = 0;
  for (const t of a.terms) {
    if (t.atom.kind === "axis") {
      if (t.atom.axis === axis) by = t.by;
    } else if (dependsOn(t.atom, axis)) return undefined;
  }
  return by;
}
function dependsOn(atom: Atom, axis: Axis): boolean {
  if (atom.kind === "axis") return atom.axis === axis;
  if (atom.kind === "data") return exprDepends(atom.expr, axis);
  return atom.of.terms.some((t) => dependsOn(t.atom, axis));
}
export const indexDepends = (a: Index, axis: Axis): boolean => a.terms.some((t) => dependsOn(t.atom, axis));
/** Whether an expression changes along a loop. */
export const exprDepends = (e: Expr, axis: Axis): boolean =>
  topological([e]).some((x) => {
    const index = indexOf(x);
    return index !== undefined && indexDepends(index, axis);
  });

type Leaf = Exclude<Atom, { readonly of: Index }>;
/** An index as text, whatever the ids of its loops; `name` says what loops and data are called. */
export function showIndex(a: Index, name: (leaf: Leaf) => string): string {
  const parts = a.terms.map(({ atom, by }) => {
    const what = "of" in atom ? `(${showIndex(atom.of, name)} ${atom.kind === "div" ? "/" : "%"} ${showSize(atom.by)})` : name(atom);
    return by === 1 ? what : `${showSize(by)}*${what}`;
  });
  if (a.constant !== 0 || parts.length === 0) parts.push(showSize(a.constant));
  return parts.sort().join(" + ");
}
