/** The objects of a model with the names their state has in files: the walk of Keras's saving_lib. */
import { isSaveable, type Saveable, snakeCase } from "@antler/keras-api/lean";

export interface Visit {
  /** `layers/dense_1`; of the model itself, the empty text. */
  readonly path: string;
  readonly saveable: Saveable;
}
export interface WalkOptions {
  /** Whether an object is what this path means; if not, it is visited again where another path leads to it. Default always. */
  readonly accept?: (visit: Visit) => boolean;
  /** Is told of each array, Map, Set or object that objects may lie in. */
  readonly container?: (path: string) => void;
}

/**
 * Every object once, under the first path that leads to it: parts by their names, in containers by class and number (`dense`,
 * `dense_1`; an object seen before counts, too), containers in containers as `container`, `container_1`.
 */
export function walk(model: Saveable, { accept = () => true, container = () => {} }: WalkOptions = {}): Visit[] {
  const visits: Visit[] = [];
  const seen = new Set<object>();
  // Objects may refer to those around them.
  const open = new Set<object>();

  const visit = (saveable: Saveable, path: string): void => {
    if (seen.has(saveable) || open.has(saveable)) return;
    const here = { path, saveable };
    if (accept(here)) {
      visits.push(here);
      seen.add(saveable);
    }
    open.add(saveable);
    for (const [name, part] of Object.entries(saveable.savedParts())) {
      const below = path === "" ? name : `${path}/${name}`;
      if (isSaveable(part)) visit(part, below);
      else visitContainer(part, below, new Set());
    }
    open.delete(saveable);
  };
  const visitContainer = (value: unknown, path: string, entered: Set<unknown>): void => {
    const items = itemsOf(value);
    if (!items || entered.has(value)) return;
    entered.add(value);
    container(path);
    const used = new Map<string, number>();
    const unique = (name: string): string => {
      const count = used.get(name) ?? 0;
      used.set(name, count + 1);
      return `${path}/${count === 0 ? name : `${name}_${count}`}`;
    };
    for (const item of items) {
      if (isSaveable(item)) visit(item, unique(snakeCase(item.className)));
      else if (itemsOf(item)) visitContainer(item, unique("container"), entered);
    }
  };
  visit(model, "");
  return visits;
}

/** What lies in a container; undefined for all else. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) return [...value.values()];
  const proto: unknown = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return proto === Object.prototype || proto === null ? Object.values(value as object) : undefined;
}
