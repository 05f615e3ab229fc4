/** All work by name. */
import { nets } from "./nets.ts";
import { ops } from "./ops.ts";
import type { Peer, Work } from "./peer.ts";
import type { Computation } from "./vocabulary.ts";

export const computations: Readonly<Record<string, Computation>> = { ...ops, ...nets };

/** A peer's piece of work of that name. @throws Error where there is none */
export async function workOf(peer: Peer, name: string): Promise<Work> {
  const computation = computations[name];
  const work = name === "mlp" ? await peer.trainMlp?.() : computation && (await peer.compute(computation));
  if (!work) throw new Error(`no work called ${name}`);
  return work;
}
