/** EveryBatches: when so many batches have gone by, over epochs. */

export class EveryBatches {
  readonly #every: number;
  #since = 0;
  #last = -1;

  constructor(every: number) {
    this.#every = every;
  }
  /** Takes a batch, by its number in its epoch; says whether it is the one. */
  isDue(batch: number): boolean {
    this.#since += batch <= this.#last ? batch + 1 : batch - this.#last;
    this.#last = batch;
    if (this.#since < this.#every) return false;
    this.#since = 0;
    return true;
  }
}
