/** Where a run of `fit` is. */

/** Enough to go on from the same place with the same order of samples. */
export interface Progress {
  /** The epoch under way, from 0. */
  readonly epoch: number;
  /** How many of its batches are done. */
  readonly batch: number;
  /** Of the shuffling. */
  readonly seed: number;
}

/** Whether something happens after this epoch: after every so many, or after those named, counted from 1. */
export const isDue = (epoch: number, frequency: number | readonly number[] = 1): boolean =>
  typeof frequency === "number" ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);
