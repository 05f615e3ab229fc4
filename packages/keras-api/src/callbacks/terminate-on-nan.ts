/** TerminateOnNaN: ends training when the loss is no number any more. */
import { ValueError } from "@antler/tensor-core";
import { printLine } from "../host.ts";
import { Callback, type Logs } from "./callback.ts";

export interface TerminateOnNaNOptions {
  /** Whether `fit` fails instead of ending. Default false. */
  readonly raiseError?: boolean | undefined;
}

/**
 * Ends training after the first batch whose loss is NaN or infinite. It reads the loss of every batch.
 * @example
 * await model.fit(x, y, { callbacks: [new TerminateOnNaN()] });
 */
export class TerminateOnNaN extends Callback {
  readonly #raiseError: boolean;

  constructor({ raiseError = false }: TerminateOnNaNOptions = {}) {
    super();
    this.#raiseError = raiseError;
  }
  /** @throws ValueError for a loss that is no number, with `raiseError` */
  override onTrainBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.#raiseError) throw new ValueError("fit", `the loss is ${loss} in batch ${batch}`);
    printLine(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}

/**
 * Ends training after the first batch whose loss is NaN or infinite.
 * @example
 * callbacks.terminateOnNaN({ raiseError: true });
 */
/* @__NO_SIDE_EFFECTS__ */
export const terminateOnNaN = (options?: TerminateOnNaNOptions): TerminateOnNaN => new TerminateOnNaN(options);
