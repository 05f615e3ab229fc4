/** ProgbarLogger: shows the progress of training and evaluation. */
import { standardWriter, type Writer } from "../host.ts";
import { Progbar } from "../progbar.ts";
import { Callback, type Logs } from "./callback.ts";

export interface ProgbarLoggerOptions {
  /** Where the bar goes. Default: standard output. */
  readonly writer?: Writer | undefined;
  /** Milliseconds now. Default: `performance.now`. */
  readonly clock?: (() => number) | undefined;
}

/**
 * On a terminal the line is drawn anew at most ten times a second; elsewhere only the finished line is written. `fit` and
 * `evaluate` bring one; give your own to write elsewhere.
 * @example
 * await model.fit(x, y, { callbacks: [new ProgbarLogger({ writer })] });
 */
export class ProgbarLogger extends Callback {
  readonly #writer: Writer;
  readonly #clock: () => number;
  #bar: Progbar | undefined;
  /** Validation inside of training is silent. */
  #training = false;

  constructor({ writer = standardWriter(), clock = () => performance.now() }: ProgbarLoggerOptions = {}) {
    super();
    this.#writer = writer;
    this.#clock = clock;
  }
  #open(): void {
    const { verbose, steps } = this.params;
    const target = steps ?? undefined;
    this.#bar =
      verbose === 0 ? undefined : new Progbar({ target, writer: this.#writer, verbose: verbose === 2 ? 2 : 1, clock: this.#clock });
  }

  override onTrainBegin(): void {
    this.#training = true;
  }
  override onTrainEnd(): void {
    this.#training = false;
  }
  override onEpochBegin(epoch: number): void {
    const { verbose, epochs } = this.params;
    this.#open();
    if (verbose !== 0 && epochs > 1) this.#writer.write(`Epoch ${epoch + 1}/${epochs}\n`);
  }
  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#bar?.finish(logs);
  }
  override onTestBegin(): void {
    if (!this.#training) this.#open();
  }
  override onTestEnd(logs: Logs): void {
    if (!this.#training) this.#bar?.finish(logs);
  }

  override wantsBatchEnd(mode: "train" | "test", batch: number): boolean {
    if (mode === "test" && this.#training) return false;
    this.#bar?.tick(batch + 1);
    return this.#bar?.isDue() ?? false;
  }
  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#bar?.update(batch + 1, logs);
  }
  override onTestBatchEnd(batch: number, logs: Logs): void {
    this.#bar?.update(batch + 1, logs);
  }
}

/**
 * Shows the progress of training and evaluation.
 * @example
 * callbacks.progbarLogger({ writer });
 */
/* @__NO_SIDE_EFFECTS__ */
export const progbarLogger = (options?: ProgbarLoggerOptions): ProgbarLogger => new ProgbarLogger(options);
