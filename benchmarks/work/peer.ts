/** What a peer is to the benchmark: a library that prepares pieces of work. */
import type { Computation } from "./vocabulary.ts";

/** Prepared once, run many times. */
export interface Work {
  /** All of it is done when this returns, or its promise resolves. */
  run(): void | Promise<void>;
  /** The numbers to compare with other peers: the result, or the losses of the first steps. */
  output(): Promise<ArrayLike<number>>;
}

export interface PeerOptions {
  readonly threads: number;
}

export interface Peer {
  /** Of the library, and what else is worth knowing. */
  readonly version: string;
  /** @throws Error where the library lacks something that the computation needs */
  compute(computation: Computation): Work | Promise<Work>;
  /** Steps of the mlp, one a run. */
  trainMlp?(): Work | Promise<Work>;
}
