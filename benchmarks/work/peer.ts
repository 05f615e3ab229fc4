/** What a peer is to the benchmark: a library that prepares pieces of work. */
import type { ModelName } from "../keras/data.ts";
import type { Computation } from "./vocabulary.ts";

/** Prepared once, run many times. */
export interface Work {
  /** All of it is done when this returns, or its promise resolves. */
  run(): void | Promise<void>;
  /** The numbers to compare with other peers: the result, or the losses of the first steps. */
  output(): Promise<ArrayLike<number>>;
  /** So many steps, where the work is training. */
  epoch?(steps: number): Promise<void>;
}

/** Steps of an epoch that is one run of a model's training. */
export const PAGE_STEPS = 2;

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
  /** Epochs of a model, in batches of the sizes for pages. */
  trainModel?(name: ModelName): Work | Promise<Work>;
  /** How often work on the GPU went through the host so far, where the peer tells. */
  hostSteps?(): number;
}
