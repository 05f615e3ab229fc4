/** Several callbacks as one: calls their hooks in order and waits only where one is async. */
import type { AnyModel } from "../models/model.ts";
import type { Callback, CallbackParams, Logs } from "./callback.ts";

export type Mode = "train" | "test";

export class CallbackList {
  readonly callbacks: readonly Callback[];

  constructor(callbacks: readonly Callback[], model: AnyModel, params: CallbackParams) {
    this.callbacks = callbacks;
    for (const c of callbacks) {
      c.setParams(params);
      c.setModel(model);
    }
  }
  async #each(call: (c: Callback) => void | Promise<void>): Promise<void> {
    for (const c of this.callbacks) await call(c);
  }
  begin(mode: Mode): Promise<void> {
    return this.#each((c) => (mode === "train" ? c.onTrainBegin() : c.onTestBegin()));
  }
  end(mode: Mode, logs: Logs): Promise<void> {
    return this.#each((c) => (mode === "train" ? c.onTrainEnd(logs) : c.onTestEnd(logs)));
  }
  epochBegin(epoch: number): Promise<void> {
    return this.#each((c) => c.onEpochBegin(epoch));
  }
  epochEnd(epoch: number, logs: Logs): Promise<void> {
    return this.#each((c) => c.onEpochEnd(epoch, logs));
  }

  /** Runs synchronously unless a hook is async: a promise for each batch would cost more than small steps. */
  batchBegin(mode: Mode, batch: number): Promise<void> | undefined {
    const waiting = this.callbacks
      .map((c) => (mode === "train" ? c.onTrainBatchBegin(batch) : c.onTestBatchBegin(batch)))
      .filter((p) => p instanceof Promise);
    return waiting.length ? Promise.all(waiting).then(() => {}) : undefined;
  }
  /** Those who want to know how this batch went. */
  interested(mode: Mode, batch: number): readonly Callback[] {
    return this.callbacks.filter((c) => c.wantsBatchEnd(mode, batch));
  }
  async batchEnd(mode: Mode, batch: number, logs: Logs, interested: readonly Callback[]): Promise<void> {
    for (const c of interested) await (mode === "train" ? c.onTrainBatchEnd(batch, logs) : c.onTestBatchEnd(batch, logs));
  }
}
