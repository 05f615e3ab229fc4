/** The base of callbacks: what happens besides training. */
import type { AnyModel } from "../models/model.ts";
import type { Nested } from "../nested.ts";

/** Loss and metrics by name. What a callback adds at the end of an epoch, callbacks behind it and History see. */
export type Logs = Record<string, number>;
export type Mode = "train" | "test" | "predict";
/** What a run is about. */
export interface CallbackParams {
  readonly verbose: Verbosity;
  readonly epochs: number;
  /** Batches an epoch; null as long as nobody knows. */
  readonly steps: number | null;
}
/** 0: silent, 1: a bar, 2: a line an epoch; "auto" is 1. */
export type Verbosity = 0 | 1 | 2 | "auto";

type Later = void | Promise<void>;

/**
 * Override what you need; hooks may be async, training waits for them. Losses and metrics of single batches are read from
 * the device only if some callback has a hook at the end of a batch, so that those without cost nothing.
 * @example
 * class StopAt extends Callback {
 *   override onEpochEnd(_epoch: number, logs: Logs) {
 *     if (logs["loss"]! < 0.1) this.model.stopTraining = true;
 *   }
 * }
 */
export abstract class Callback {
  params!: CallbackParams;
  model!: AnyModel;

  setParams(params: CallbackParams): void {
    this.params = params;
  }
  setModel(model: AnyModel): void {
    this.model = model;
  }

  onTrainBegin(_logs?: Logs): Later {}
  onTrainEnd(_logs?: Logs): Later {}
  onEpochBegin(_epoch: number, _logs?: Logs): Later {}
  /** @param logs those of the epoch, with `val_` ones where there was validation */
  onEpochEnd(_epoch: number, _logs: Logs): Later {}
  onTrainBatchBegin(_batch: number, _logs?: Logs): Later {}
  /** @param logs running means of the epoch so far */
  onTrainBatchEnd(_batch: number, _logs: Logs): Later {}
  onTestBegin(_logs?: Logs): Later {}
  onTestEnd(_logs?: Logs): Later {}
  onTestBatchBegin(_batch: number, _logs?: Logs): Later {}
  onTestBatchEnd(_batch: number, _logs: Logs): Later {}

  onPredictBegin(_logs?: Logs): Later {}
  onPredictEnd(_logs?: Logs): Later {}
  onPredictBatchBegin(_batch: number, _logs?: Logs): Later {}
  onPredictBatchEnd(_batch: number, _results: { readonly outputs: Nested }): Later {}

  /** Whether the end of this batch matters: by default if its hook is overridden. */
  wantsBatchEnd(mode: "train" | "test", _batch: number): boolean {
    const hook = mode === "train" ? "onTrainBatchEnd" : "onTestBatchEnd";
    return this[hook] !== Callback.prototype[hook];
  }
}
