/** Families: classes that Keras lets a string or a config stand for. Only members, and what was registered, are ever made. */
import { ValueError } from "@antler/tensor-core";
import { snakeCase } from "../naming.ts";
import { isSerialized, type Json, optionsOf, type Serialized } from "./config.ts";
import { registered } from "./registry.ts";

// biome-ignore lint/suspicious/noExplicitAny: constructors of every options type
type Class<T> = (new (options: any) => T) & { fromConfig?(options: any, revive?: (value: Json) => unknown): T };

export interface Family<T> {
  /** What a member is called in errors: "initializer". */
  readonly kind: string;
  /** The class all members extend. */
  readonly base: abstract new (
    ...args: never[]
  ) => T;
  /** A module of members, by class name; whatever else it exports is no member. */
  readonly members: () => object;
  /** Further names, in snake_case, for classes. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/**
 * The member that a name or a config stands for.
 * @param identifier `"glorot_uniform"`, `"GlorotUniform"`, `"glorotUniform"`, or `{ class_name, config }`
 * @throws ValueError for what is neither a member nor registered, naming the members
 */
export function make<T>(family: Family<T>, identifier: string | Serialized): T {
  const given = typeof identifier === "string" ? { class_name: identifier, config: {}, registered_name: null } : identifier;
  const found = classOf(family, given);
  const options = optionsOf(given.config);
  return found.fromConfig ? found.fromConfig(options) : new found(options);
}

/** What a value means where a member is wanted: itself, or what it stands for. */
export function resolve<T>(family: Family<T>, value: unknown): T {
  if (value instanceof family.base) return value;
  if (typeof value === "string" || isSerialized(value)) return make(family, value);
  throw new ValueError(`${family.kind}s`, `expected a name, a config or ${withArticle(family.kind)}, got ${String(value)}`);
}
const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** The class a name stands for. */
export function classOf<T>(
  family: Family<T>,
  { class_name, registered_name }: Pick<Serialized, "class_name" | "registered_name">,
): Class<T> {
  const own = registered(registered_name, class_name);
  const found = own ?? memberOf(family, class_name);
  if (found && isClassOf(found, family.base)) return found as Class<T>;
  const known = Object.entries(family.members()).filter(([, m]) => isClassOf(m, family.base));
  throw new ValueError(`${family.kind}s`, `no ${family.kind} is called "${class_name}"`, {
    hint: `Known are ${known
      .map(([name]) => snakeCase(name))
      .sort()
      .join(", ")}. Make your own known with registerKerasSerializable().`,
  });
}
function memberOf<T>({ members, aliases = {} }: Family<T>, name: string): unknown {
  const all = members() as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(all, name) && isCapital(name)) return all[name];
  const key = snakeCase(name);
  const wanted = Object.hasOwn(aliases, key) ? snakeCase(aliases[key]!) : key;
  return all[Object.keys(all).find((k) => isCapital(k) && snakeCase(k) === wanted) ?? ""];
}
const isCapital = (name: string): boolean => /^[A-Z]/.test(name);
const isClassOf = (x: unknown, base: abstract new (...args: never[]) => unknown): boolean =>
  typeof x === "function" && x.prototype instanceof base;
