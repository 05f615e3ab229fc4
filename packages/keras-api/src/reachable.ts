/** What an object holds: a lazy walk over own enumerable properties, so that no assignment has to be watched. */

/**
 * Every object under an owner's own enumerable properties, through arrays, Maps, Sets and plain objects, each once and in
 * order. `#private` fields are invisible.
 */
export function* reachable(owner: object, seen: Set<object> = new Set([owner])): Generator<object> {
  for (const value of Object.values(owner)) yield* visit(value, seen);
}

function* visit(value: unknown, seen: Set<object>): Generator<object> {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value) || value instanceof Set) for (const item of value) yield* visit(item, seen);
  else if (value instanceof Map) for (const item of value.values()) yield* visit(item, seen);
  else if (isPlain(value)) yield* reachable(value, seen);
  else yield value;
}

const isPlain = (x: object): boolean => {
  const proto = Object.getPrototypeOf(x) as unknown;
  return proto === Object.prototype || proto === null;
};
