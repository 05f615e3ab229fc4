/** Walks through expressions: to their arguments, and to the data that their indices are read from. */
import type { Index } from "./affine.ts";

/** A node of the compiler's expressions, or of what a device makes of them. */
export interface Walkable<E> {
  readonly op: string;
  readonly args: readonly E[];
  readonly value?: unknown;
}

/** The index of a load, or the one that is the value. */
export const indexOf = ({ op, value }: Walkable<unknown>): Index | undefined =>
  op === "load" ? (value as { readonly index: Index }).index : op === "index" ? (value as Index) : undefined;

/** What an index reads from tensors. */
export const dataOf = <E>(index: Index): E[] =>
  index.terms.flatMap(({ atom }) => ("of" in atom ? dataOf<E>(atom.of) : "expr" in atom ? [atom.expr as E] : []));

/** What must be there before a node: its arguments, and the data that place it. */
export function operands<E extends Walkable<E>>(e: E): readonly E[] {
  const index = indexOf(e);
  return index ? [...e.args, ...dataOf<E>(index)] : e.args;
}

/** Every node that the roots need, operands before users; nothing behind those `known` already. */
export function topological<E extends Walkable<E>>(roots: readonly E[], known: (e: E) => unknown = () => false): E[] {
  const seen = new Set<E>();
  const order: E[] = [];
  const visit = (e: E): void => {
    if (seen.has(e) || known(e)) return;
    seen.add(e);
    operands(e).forEach(visit);
    order.push(e);
  };
  roots.forEach(visit);
  return order;
}
