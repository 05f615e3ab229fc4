/** Names: Keras's snake_case, our camelCase, and the counters behind `dense`, `dense_1`. */

/** `MaxPooling2D` → `max_pooling2d`, `useBias` → `use_bias`: Keras's own rule. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

const counts = new Map<string, number>();

/** The next free name of a class: `dense`, then `dense_1`, … */
export function autoName(className: string): string {
  const name = snakeCase(className);
  const count = counts.get(name) ?? 0;
  counts.set(name, count + 1);
  return count === 0 ? name : `${name}_${count}`;
}

/**
 * Forgets the names given so far, so that the next dense layer is `dense` again.
 * @example
 * clearSession();
 * layers.dense({ units: 1 }).name; // "dense"
 */
export const clearSession = (): void => counts.clear();
