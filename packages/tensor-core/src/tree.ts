/** Trees of values: arrays, plain objects and Maps with anything at the leaves. */

const isPlain = (x: object): boolean => {
  const proto = Object.getPrototypeOf(x) as unknown;
  return proto === Object.prototype || proto === null;
};

/** Every leaf, in order. */
export function leaves(tree: unknown): unknown[] {
  if (Array.isArray(tree)) return tree.flatMap(leaves);
  if (tree instanceof Map) return [...tree.values()].flatMap(leaves);
  if (typeof tree === "object" && tree !== null && isPlain(tree)) return Object.values(tree).flatMap(leaves);
  return [tree];
}

/** The same tree over other leaves. */
export function mapTree(tree: unknown, fn: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((x) => mapTree(x, fn));
  if (tree instanceof Map) return new Map([...tree].map(([k, v]) => [k, mapTree(v, fn)]));
  if (typeof tree === "object" && tree !== null && isPlain(tree)) {
    return Object.fromEntries(Object.entries(tree).map(([k, v]) => [k, mapTree(v, fn)]));
  }
  return fn(tree);
}
