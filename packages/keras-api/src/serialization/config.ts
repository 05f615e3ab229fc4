/** Configs: an object's options as the JSON Keras writes for it. */
import { isKnown } from "@antler/tensor-core";
import { snakeCase } from "../naming.ts";
import { registeredName } from "./registry.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Config = Readonly<Record<string, Json>>;

/** An object as Keras's files hold it: where its class is found, and the options that make it again. */
export interface Serialized {
  readonly module: string | null;
  readonly class_name: string;
  readonly config: Json;
  readonly registered_name: string | null;
  readonly build_config?: Config;
  readonly compile_config?: Config;
}

/** What has a place in Keras's module tree and options of its own. */
export interface Configurable {
  /** Keras's name of the class. */
  readonly className: string;
  /** The module Keras exports the class from, such as `keras.initializers`. */
  readonly module: string;
  getConfig(): Config;
  /** What its state was made for. */
  getBuildConfig?(): Config | null;
  /** How it was compiled. */
  getCompileConfig?(): Config | null;
}

/** Some properties of an object, under their snake_case names. A pair gives a property the name Keras has for it. */
export function configOf<T extends object>(owner: T, keys: readonly (keyof T | readonly [keyof T, string])[]): Config {
  const entries = keys.map((key): readonly [string, Json] => {
    const [property, name] = Array.isArray(key) ? (key as readonly [keyof T, string]) : [key as keyof T, snakeCase(String(key))];
    return [name, serialize(owner[property])];
  });
  return Object.fromEntries(entries);
}

/** A value as Keras's JSON: objects with a config by module and class, registered functions by name, unknown sizes as null. */
export function serialize(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(serialize);
  if (typeof value === "function") return serializedFunction(value);
  if (isConfigurable(value as object)) return serializeObject(value as Configurable) as unknown as Json;
  if ("factor" in (value as object) && !isKnown(value as never)) return null;
  return Object.fromEntries(Object.entries(value as object).map(([key, v]) => [snakeCase(key), serialize(v)]));
}

/** An object's class and config; a class of your own by the name it was registered under. */
export function serializeObject(value: Configurable): Serialized {
  const own = registeredName(value.constructor);
  const { className: class_name, module } = value;
  const [build_config, compile_config] = [value.getBuildConfig?.(), value.getCompileConfig?.()];
  return {
    module: own ? null : module,
    class_name,
    config: value.getConfig(),
    registered_name: own ?? (module.startsWith("keras.src") ? class_name : null),
    ...(build_config && { build_config }),
    ...(compile_config && { compile_config }),
  };
}

/** Keras finds functions by what it calls their config. */
function serializedFunction(fn: object & { readonly name: string }): Json {
  return { module: "builtins", class_name: "function", config: registeredName(fn) ?? snakeCase(fn.name), registered_name: "function" };
}

const isConfigurable = (value: object): value is Configurable => "className" in value && "getConfig" in value;

/** Whether a value is an object as files hold it. */
export const isSerialized = (value: unknown): value is Serialized => typeof value === "object" && value !== null && "class_name" in value;

/** `{ kernel_initializer: …, beta_1: … }` → `{ kernelInitializer: …, beta1: … }`: a config's keys as options; its values stay. */
export const optionsOf = (config: Json): Record<string, unknown> =>
  Object.fromEntries(Object.entries((config ?? {}) as Config).map(([key, v]) => [camelCase(key), v]));

export const camelCase = (key: string): string => key.replace(/(?<=.)_+([a-z0-9])/g, (_, c: string) => c.toUpperCase());
