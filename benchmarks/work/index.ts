/** All work by name. */
import type { ModelName } from "../keras/data.ts";
import { nets } from "./nets.ts";
import { ops } from "./ops.ts";
import type { Peer, Work } from "./peer.ts";
import type { Computation } from "./vocabulary.ts";

export const computations: Readonly<Record<string, Computation>> = { ...ops, ...nets };

/** The training of a model is called so, with the model's name behind it. */
export const TRAIN = "train-";

/** A peer's piece of work of that name. @throws Error where there is none */
export async function workOf(peer: Peer, name: string): Promise<Work> {
  const work = await begin(peer, name);
  if (!work) throw new Error(`no work called ${name}`);
  return work;
}

function begin(peer: Peer, name: string): Work | Promise<Work> | undefined {
  if (name === "mlp") return peer.trainMlp?.();
  if (name.startsWith(TRAIN)) return peer.trainModel?.(name.slice(TRAIN.length) as ModelName);
  const computation = computations[name];
  return computation && peer.compute(computation);
}
