/** Which sides are wanted; finds, or installs, what they need, and says what is not to be had. */
import { lacking } from "../../scripts/lib/python.ts";
import type { Need } from "../rows/row.ts";
import type { Options } from "./options.ts";
import { install, type Package, packages } from "./peers.ts";

/** Whether the command line asks for sides that need this, or nothing. */
export function wanted(need: Need | undefined, { peers, prototype }: Pick<Options, "peers" | "prototype">): boolean {
  return need === undefined || (need === "prototype" ? prototype !== undefined : peers);
}

/** Why something is not there; each is looked for once. */
export function needs({ python }: Pick<Options, "python">): (need: Need) => string | undefined {
  const found = new Map<Need, string | undefined>();
  const look = (need: Need): string | undefined => {
    if (need === "keras") return lacking(["keras", "tensorflow"], python)?.split(". ")[0];
    if (need in packages) return install(need as Package);
    return undefined;
  };
  return (need) => {
    if (!found.has(need)) found.set(need, look(need));
    return found.get(need);
  };
}
