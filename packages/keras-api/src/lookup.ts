/** From a string to what it names: Keras's snake_case, its class names and camelCase all find the same entry. */
import { ValueError } from "@antler/tensor-core";
import { snakeCase } from "./naming.ts";

/**
 * The entry a string names.
 * @param family what is looked for, as errors call it
 * @param table entries by snake_case name
 * @throws ValueError naming the known entries
 */
export function lookup<T>(family: string, table: Readonly<Record<string, T>>, name: string): T {
  const key = snakeCase(name);
  const found = Object.hasOwn(table, key) ? table[key] : undefined;
  if (found === undefined) {
    throw new ValueError(`${family}s`, `no ${family} is called "${name}"`, { hint: `Known are ${Object.keys(table).join(", ")}.` });
  }
  return found;
}
