/** Activations by name. */
import { ValueError } from "@antler/tensor-core";
import { lookup } from "../lookup.ts";
import { snakeCase } from "../naming.ts";
import { isSerialized, type Json, type Serialized, serialize as serializeAny } from "../serialization/config.ts";
import { type CustomObjects, registered, withCustomObjects } from "../serialization/registry.ts";
import type { Activation } from "./activations.ts";
import * as members from "./members.ts";

/** A name such as `"relu"`, a function, a function as files hold it, or null for none. */
export type ActivationLike = string | Activation | Serialized | null;

/** Of two names for one function configs hold the first. */
const table = (): Readonly<Record<string, Activation>> =>
  Object.fromEntries(
    Object.entries({ ...members, swish: members.silu, hardSwish: members.hardSilu }).map(([name, fn]) => [snakeCase(name), fn]),
  );

/**
 * The activation a name stands for. Functions of your own have names once they are registered.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * activations.get("relu")(tensor([-1, 2])); // [0, 2]
 */
export function get(identifier: ActivationLike | undefined): Activation {
  if (identifier === null || identifier === undefined) return members.linear;
  if (typeof identifier === "function") return identifier;
  if (!isSerialized(identifier)) return named(identifier, null);
  const { class_name, config, registered_name } = identifier;
  if (typeof config === "string") return named(config, registered_name);
  throw new ValueError("activations", `expected a function, got the config of ${class_name}`, { hint: "Add it as a layer of its own." });
}
const named = (name: string, registeredAs: string | null): Activation =>
  ((registered(registeredAs, name) ?? registered(name, name)) as Activation | undefined) ?? lookup("activation", table(), name);

/** What configs hold for an activation: the name of one of Keras's, else a function object. */
export function serialize(activation: Activation): Json {
  const known = table();
  return Object.keys(known).find((name) => known[name] === activation) ?? serializeAny(activation);
}
export { serialize as nameOf };

/** The activation of a config, which may name functions of your own. */
export const deserialize = (config: ActivationLike, customObjects?: CustomObjects): Activation =>
  withCustomObjects(customObjects, () => get(config));
