/** Where batches come from: data in memory, or whatever can be iterated. */
import type { Tensor } from "@antler/tensor-core";
import type { Nested } from "../nested.ts";

/** What a step gets: samples, labels and what each sample counts. The last two are null where there are none. */
export type StepData<I extends Nested = Tensor, O extends Nested = Tensor> = readonly [x: I, y: O | null, sampleWeight: Nested | null];

// biome-ignore lint/suspicious/noExplicitAny: data for models of every input and output
export type AnyStepData = StepData<any, any>;

/** What a loss is computed from. */
export interface LossArguments<I extends Nested = Nested, O extends Nested = Nested> {
  readonly x: I;
  readonly y: O | null;
  readonly yPred: O;
  readonly sampleWeight: Nested | null;
  /** Default true. */
  readonly training?: boolean | undefined;
}

export interface Batch {
  readonly data: AnyStepData;
  /** Lets go of the tensors made for this batch; those that were given stay. */
  dispose(): void;
}

/** A promise only where there is something to wait for: one for each batch would cost more than small steps. */
export type Soon<T> = T | Promise<T>;

/** The batches of one pass, one after the other; undefined after the last. */
export interface Pass {
  next(): Soon<Batch | undefined>;
  skip(count: number): Soon<void>;
  /** Says that no more are wanted. */
  close(): Soon<void>;
}
export interface Source {
  /** How many batches a pass has; undefined as long as nobody knows. */
  readonly steps: number | undefined;
  /** A batch like the others, to compile for. */
  sample(): Soon<Batch | undefined>;
  pass(number: number): Pass;
  /** Says that no pass is wanted any more. */
  close(): Soon<void>;
}
