/** Parameters: the options that a class has defaults for, and what they may be. */
import { ValueError } from "@antler/tensor-core";

/** Those options that have defaults, with the default where there is none. */
export function parametersOf<O extends object>(options: O, defaults: O): O {
  const entries = (Object.keys(defaults) as (keyof O)[]).map((key) => [key, options[key] === undefined ? defaults[key] : options[key]]);
  return Object.fromEntries(entries) as O;
}

/** @throws ValueError for what is none of the values an option may have */
export function checkOneOf(owner: string, option: string, value: unknown, known: readonly unknown[]): void {
  if (known.includes(value)) return;
  throw new ValueError(owner, `no ${option} is called "${value}"`, { hint: `Known are ${known.map(String).join(", ")}.` });
}
