/** The registry of your own classes and functions: files name them, and only what is registered is ever made from a file. */
import { ValueError } from "@antler/tensor-core";

// biome-ignore lint/suspicious/noExplicitAny: classes of every constructor
type Registrable = (abstract new (...args: any[]) => object) | ((...args: any[]) => unknown);

const byName = new Map<string, Registrable>();
const names = new WeakMap<object, string>();

export interface RegisterOptions {
  /** The first part of its name in files. Default "Custom". */
  readonly package?: string | undefined;
  /** The second part. Default: the class's or function's own name, which a minifier may change. */
  readonly name?: string | undefined;
}

/**
 * Makes a class or function of your own known to files, by the name `package>name`, as Keras does.
 * @returns what it was given
 * @throws ValueError where the name is another's
 * @example
 * registerKerasSerializable(Scale, { package: "my-models", name: "Scale" });
 */
export function registerKerasSerializable<T extends Registrable>(item: T, options: RegisterOptions = {}): T {
  const name = `${options.package ?? "Custom"}>${options.name ?? item.name}`;
  const before = byName.get(name);
  if (before && before !== item) {
    throw new ValueError("registerKerasSerializable", `"${name}" is registered already`, { hint: "Give it another package or name." });
  }
  byName.set(name, item);
  names.set(item, name);
  return item;
}

/** `package>name` of a registered class or function. */
export const registeredName = (item: object): string | undefined => names.get(item);

/** Your own class or function: by its registered name, or by what `withCustomObjects` calls it. */
export const registered = (registeredAs: string | null | undefined, name: string): Registrable | undefined =>
  (scoped && Object.hasOwn(scoped, name) ? scoped[name] : undefined) ?? byName.get(registeredAs ?? "") ?? byName.get(`Custom>${name}`);

export type CustomObjects = Readonly<Record<string, Registrable>>;
let scoped: CustomObjects | undefined;

/** Runs `fn` while files may also name these classes and functions, by their bare names. */
export function withCustomObjects<T>(objects: CustomObjects | undefined, fn: () => T): T {
  const before = scoped;
  scoped = objects ? { ...before, ...objects } : before;
  try {
    return fn();
  } finally {
    scoped = before;
  }
}
