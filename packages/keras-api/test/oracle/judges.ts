// Which names of Keras a test judges: docs/coverage.md counts a name as covered when the tests that judge it pass.
import type { TestOptions } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** Names such as "keras.layers.Dense". */
    keras?: readonly string[];
  }
}

/** Options of a test that compares these with what Keras gave. */
export const judges = (...names: readonly string[]): TestOptions => ({ meta: { keras: names } });

interface Named {
  readonly module: string | null;
  readonly class_name: string;
}
/** The name of a serialized object. */
export const nameOf = ({ module, class_name }: Named): string => `${module}.${class_name}`;

/** The names of all layers in a serialized object: a wrapper's case runs what it wraps. */
export function layersIn(json: unknown): string[] {
  if (typeof json !== "object" || json === null) return [];
  const own = "class_name" in json && "module" in json && json.module === "keras.layers" ? [nameOf(json as Named)] : [];
  return [...own, ...Object.values(json).flatMap(layersIn)];
}

/** How objects of a family are found, written and read. */
export const forms = (family: string): string[] => ["get", "serialize", "deserialize"].map((form) => `keras.${family}.${form}`);
