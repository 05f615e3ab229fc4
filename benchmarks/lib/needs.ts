/** Finds, or installs, what sides need, and says what is not to be had. */
import { lacking } from "../../scripts/lib/python.ts";
import type { Need } from "../rows/row.ts";
import type { Options } from "./options.ts";
import { install, type Package, packages } from "./peers.ts";

/** Why something is not there; each is looked for once. */
export function needs({ peers, python, prototype }: Pick<Options, "peers" | "python" | "prototype">): (need: Need) => string | undefined {
  const found = new Map<Need, string | undefined>();
  const look = (need: Need): string | undefined => {
    if (need === "prototype") return prototype === undefined ? "no --prototype" : undefined;
    if (!peers) return "left out";
    if (need === "keras") return lacking(["keras", "tensorflow"], python)?.split(". ")[0];
    if (need in packages) return install(need as Package);
    return undefined;
  };
  return (need) => {
    if (!found.has(need)) found.set(need, look(need));
    return found.get(need);
  };
}
