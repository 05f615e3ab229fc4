/** Attrs as keys: equal attrs, equal text. NaN, ±Infinity, −0 and bigint stay apart; sub-graphs and large arrays go by identity. */
import { isGraph } from "./graph.ts";
import { showDim } from "./shape.ts";

const identities = new WeakMap<object, number>();
let next = 0;
/** A text for one object: the same each time, no other's. */
export const identityKey = (x: object): string => {
  let id = identities.get(x);
  if (id === undefined) identities.set(x, (id = next++));
  return `@${id}`;
};

/** A text that two attrs share exactly if they mean the same. */
export function attrsKey(x: unknown): string {
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x !== "object" || x === null) return Object.is(x, -0) ? "-0" : String(x);
  if (Array.isArray(x)) return `[${x.map(attrsKey).join()}]`;
  if (isGraph(x) || ArrayBuffer.isView(x)) return identityKey(x);
  if ("factor" in x) return showDim(x as never);
  return `{${Object.entries(x)
    .filter(([, v]) => v !== undefined)
    .map(([k, v]) => `${k}:${attrsKey(v)}`)
    .join()}}`;
}
