/** Sizes of loops and strides: numbers, or polynomials in the symbols whose values a run brings. */
import { type Bindings, type Dim, isKnown, remember, symbol } from "@antler/tensor-core";

/** A sum of products of symbols. Equal polynomials are one object. */
export interface Poly {
  /** From a product (names joined by `*`, "" for the constant) to its coefficient. */
  readonly terms: ReadonlyMap<string, number>;
  readonly key: string;
}
export type Size = number | Poly;

const polys = new Map<string, Poly>();

function make(terms: Map<string, number>): Size {
  for (const [k, c] of terms) if (c === 0) terms.delete(k);
  if (terms.size === 0) return 0;
  if (terms.size === 1 && terms.has("")) return terms.get("")!;
  const sorted = new Map([...terms].sort(([a], [b]) => (a < b ? -1 : 1)));
  const key = [...sorted].map(([k, c]) => (k ? `${c === 1 ? "" : `${c}*`}${k}` : `${c}`)).join("+");
  return remember(polys, key, () => ({ terms: sorted, key }));
}
const termsOf = (s: Size): ReadonlyMap<string, number> => (typeof s === "number" ? new Map([["", s]]) : s.terms);

const symbolsOf = (product: string): string[] => (product ? product.split("*") : []);

export const sizeOfDim = (d: Dim): Size =>
  isKnown(d)
    ? d
    : make(
        new Map([
          [d.name, d.factor],
          ["", d.offset],
        ]),
      );

/** The dimension of that size; undefined where there is none, as of a product of symbols. */
export function dimOfSize(s: Size): Dim | undefined {
  if (typeof s === "number") return s;
  const [name, ...others] = [...s.terms.keys()].filter((product) => product);
  return others.length > 0 || name!.includes("*") ? undefined : symbol(name!, s.terms.get(name!), s.terms.get(""));
}

export function addSize(a: Size, b: Size): Size {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const terms = new Map(termsOf(a));
  for (const [k, c] of termsOf(b)) terms.set(k, (terms.get(k) ?? 0) + c);
  return make(terms);
}

export function mulSize(a: Size, b: Size): Size {
  if (typeof a === "number" && typeof b === "number") return a * b;
  const terms = new Map<string, number>();
  for (const [k, c] of termsOf(a)) {
    for (const [l, d] of termsOf(b)) {
      const key = [...symbolsOf(k), ...symbolsOf(l)].sort().join("*");
      terms.set(key, (terms.get(key) ?? 0) + c * d);
    }
  }
  return make(terms);
}

/** `a / b` where b divides every part of a, else undefined. */
export function divideSize(a: Size, b: Size): Size | undefined {
  if (a === b) return 1;
  if (a === 0) return 0;
  if (typeof a === "number" && typeof b === "number") return a % b === 0 ? a / b : undefined;
  const [[names, by], ...more] = [...termsOf(b)] as [[string, number], ...[string, number][]];
  if (more.length > 0) {
    // A multiple of a sum: try the ratio of the first coefficients.
    const ratio = (termsOf(a).get(names) ?? 0) / by;
    return Number.isInteger(ratio) && ratio !== 0 && mulSize(b, ratio) === a ? ratio : undefined;
  }
  const terms = new Map<string, number>();
  for (const [product, c] of termsOf(a)) {
    const left = symbolsOf(product);
    for (const name of symbolsOf(names)) {
      const at = left.indexOf(name);
      if (at < 0) return undefined;
      left.splice(at, 1);
    }
    if (c % by !== 0) return undefined;
    terms.set(left.join("*"), c / by);
  }
  return make(terms);
}

/** Whether `a < b` whatever the symbols are (they are never negative). */
export function surelyLess(a: Size, b: Size): boolean {
  const difference = addSize(b, mulSize(a, -1));
  if (typeof difference === "number") return difference > 0;
  return (difference.terms.get("") ?? 0) > 0 && [...difference.terms.values()].every((c) => c >= 0);
}

/** The greatest number that divides a size whatever the symbols are. */
export const commonFactor = (s: Size): number => [...termsOf(s).values()].map(Math.abs).reduce(commonDivisor);
export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

export function bindSize(s: Size, bound: Pick<Bindings, "get">): number {
  if (typeof s === "number") return s;
  let total = 0;
  for (const [k, c] of s.terms) total += symbolsOf(k).reduce((n, name) => n * bound.get(name)!, c);
  return total;
}
/** About how large a size will be, where something must be decided before that is known: symbols are taken for a usual batch. */
export const typicalSize = (s: Size): number => bindSize(s, { get: () => 32 });
export const showSize = (s: Size): string => (typeof s === "number" ? `${s}` : s.key);
