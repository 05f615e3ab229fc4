/** Functions that strings and files name: one of a module's, or one that was registered. Nothing else is ever found. */
import { ValueError } from "@antler/tensor-core";
import { camelCase, isSerialized, type Serialized } from "./config.ts";
import { registered } from "./registry.ts";

/** Whether a value is a function as files hold it. */
export const isSerializedFunction = (value: unknown): value is Serialized => isSerialized(value) && value.class_name === "function";

/**
 * The function meant: itself, or what its name or its serialized form stands for.
 * @param known a module of functions, by camelCase name
 * @throws ValueError for what is neither there nor registered
 */
export function functionOf<F>(kind: string, value: F | string | Serialized, known: object): F {
  if (typeof value === "function") return value;
  const name = isSerialized(value) ? String(value.config) : String(value);
  const key = camelCase(name);
  const found = registered(name, name) ?? (Object.hasOwn(known, key) ? (known as Record<string, unknown>)[key] : undefined);
  if (typeof found !== "function") {
    throw new ValueError(kind, `no function is called "${name}"`, { hint: "Make your own known with registerKerasSerializable()." });
  }
  return found as F;
}
