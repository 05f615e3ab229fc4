/** What an object holds: a walk over own enumerable properties, so that no assignment has to be watched. */

/**
 * Every object under an owner's own enumerable properties, through arrays, Maps, Sets and plain objects, each once and in
 * order. `#private` fields are invisible. It is walked at each step of `trainOnBatch`, so nothing is made on the way.
 */
export function reachable(owner: object): object[] {
  const found: object[] = [];
  const seen = new Set<object>([owner]);
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value) || value instanceof Set) value.forEach(visit);
    else if (value instanceof Map) value.forEach(visit);
    else if (isPlain(value)) inside(value);
    else found.push(value);
  };
  const inside = (x: object): void => {
    for (const key in x) if (Object.hasOwn(x, key)) visit((x as Readonly<Record<string, unknown>>)[key]);
  };
  inside(owner);
  return found;
}

const isPlain = (x: object): boolean => {
  const proto = Object.getPrototypeOf(x) as unknown;
  return proto === Object.prototype || proto === null;
};
