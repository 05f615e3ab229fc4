/** Feed: the batches of each epoch, a whole pass over the source or so many steps of it. */
import { warnOnce } from "../host.ts";
import type { Batch, Pass, Soon, Source } from "./source.ts";

export interface FeedOptions {
  /** How many batches an epoch has. Default: a whole pass. */
  readonly steps?: number | null | undefined;
  /** Where an epoch of so many steps begins: at the first batch, or where the last epoch ended. */
  readonly from: "start" | "last";
}

export class Feed {
  readonly #source: Source;
  readonly #limit: number | undefined;
  readonly #goesOn: boolean;
  #pass: Pass | undefined;
  #passes = 0;
  /** Batches taken of the pass, and of the epoch. */
  #ofPass = 0;
  #ofEpoch = 0;

  constructor(source: Source, { steps, from }: FeedOptions) {
    this.#source = source;
    this.#limit = steps ?? undefined;
    this.#goesOn = this.#limit !== undefined && from === "last";
  }
  /** Batches an epoch; undefined as long as nobody knows. */
  get steps(): number | undefined {
    return this.#limit ?? this.#source.steps;
  }
  sample(): Soon<Batch | undefined> {
    return this.#source.sample();
  }

  /** Begins an epoch. */
  begin(epoch: number): void {
    this.#ofEpoch = 0;
    const isOver = this.#source.steps !== undefined && this.#ofPass >= this.#source.steps;
    if (this.#goesOn && this.#pass && !isOver) return;
    this.#pass = this.#source.pass(this.#goesOn ? this.#passes++ : epoch);
    this.#ofPass = 0;
  }
  next(): Soon<Batch | undefined> {
    if (!this.#pass || this.#ofEpoch === this.#limit) return undefined;
    const next = this.#pass.next();
    return next instanceof Promise ? next.then((b) => this.#took(b)) : this.#took(next);
  }
  #took(batch: Batch | undefined): Batch | undefined {
    if (!batch && this.#limit) {
      warnOnce("The data ended before the epoch did: it needs as many batches as there are steps, or to be a function that begins anew.");
      this.#pass = undefined;
    }
    this.#ofEpoch++;
    this.#ofPass++;
    return batch;
  }
  /** Leaves out what was seen before an interruption: epochs that went on from each other, and batches of the one begun now. */
  async resume(epochs: { readonly first: number; readonly now: number }, batches: number): Promise<void> {
    for (let epoch = epochs.first; this.#goesOn && epoch < epochs.now; epoch++) {
      this.begin(epoch);
      for (let batch = await this.next(); batch; batch = await this.next()) batch.dispose();
    }
    this.begin(epochs.now);
    await this.#pass!.skip(batches);
    this.#ofEpoch = batches;
    this.#ofPass += batches;
  }
  /** Ends an epoch; the next one may go on. */
  async end(): Promise<void> {
    if (this.#goesOn) return;
    await this.#pass?.close();
    this.#pass = undefined;
  }
  /** Says that no more is wanted. */
  async close(): Promise<void> {
    await this.#pass?.close();
    this.#pass = undefined;
    await this.#source.close();
  }
}
