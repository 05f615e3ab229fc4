/** Trees of values: arrays, plain objects, Maps and IndexedSlices with anything at the leaves. */
import type { IndexedSlices } from "./gather.ts";
import type { Tensor } from "./tensor.ts";

const isPlain = (x: object): boolean => {
  const proto = Object.getPrototypeOf(x) as unknown;
  return proto === Object.prototype || proto === null;
};

/** Told by its form, so that only those who make some load the class. */
export const isSlices = (x: unknown): x is IndexedSlices => typeof x === "object" && x !== null && !isPlain(x) && "denseShape" in x;

/** The parts of a tree by key, in order; undefined for a leaf. */
export function branches(tree: unknown): readonly (readonly [key: unknown, value: unknown])[] | undefined {
  if (typeof tree !== "object" || tree === null) return undefined;
  if (Array.isArray(tree)) return tree.map((x, i) => [i, x]);
  if (tree instanceof Map) return [...tree];
  if (isSlices(tree))
    return [
      ["values", tree.values],
      ["indices", tree.indices],
    ];
  return isPlain(tree) ? Object.entries(tree) : undefined;
}

/** Every leaf, in order. */
export const leaves = (tree: unknown): unknown[] => branches(tree)?.flatMap(([, x]) => leaves(x)) ?? [tree];

/** The same tree over other leaves. */
export function mapTree(tree: unknown, fn: (leaf: unknown) => unknown): unknown {
  const parts = branches(tree)?.map(([k, x]) => [k, mapTree(x, fn)] as const);
  if (!parts) return fn(tree);
  if (Array.isArray(tree)) return parts.map(([, x]) => x);
  if (tree instanceof Map) return new Map(parts);
  if (isSlices(tree)) return tree.with(parts[0]![1] as Tensor, parts[1]![1] as Tensor);
  return Object.fromEntries(parts as [string, unknown][]);
}
