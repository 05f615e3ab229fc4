/** Configs: an object's options as the JSON Keras writes for it. */
import { snakeCase } from "./naming.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Config = Readonly<Record<string, Json>>;

/** What has a place in Keras's module tree and options of its own. */
export interface Configurable {
  /** Keras's name of the class. */
  readonly className: string;
  /** The module Keras exports the class from, such as `keras.initializers`. */
  readonly module: string;
  getConfig(): Config;
}

/** Some properties of an object, under their snake_case names. A pair gives a property the name Keras has for it. */
export function configOf<T extends object>(owner: T, keys: readonly (keyof T | readonly [keyof T, string])[]): Config {
  const entries = keys.map((key): readonly [string, Json] => {
    const [property, name] = Array.isArray(key) ? (key as readonly [keyof T, string]) : [key as keyof T, snakeCase(String(key))];
    return [name, serialize(owner[property])];
  });
  return Object.fromEntries(entries);
}

/** A value as Keras's JSON: objects with a config by module and class. */
export function serialize(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(serialize);
  if (typeof value === "object" && isConfigurable(value)) {
    return { module: value.module, class_name: value.className, config: value.getConfig(), registered_name: null };
  }
  return Object.fromEntries(Object.entries(value as object).map(([key, v]) => [snakeCase(key), serialize(v)]));
}

const isConfigurable = (value: object): value is Configurable => "className" in value && "getConfig" in value;

/** The dtype policy as every layer's config holds it. */
export const dtypePolicy = (dtype: string): Json => ({
  module: "keras",
  class_name: "DTypePolicy",
  config: { name: dtype },
  registered_name: null,
});
