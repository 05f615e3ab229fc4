/** Several callbacks as one: calls their hooks in order and waits only where one is async. */
import type { AnyModel } from "../models/model.ts";
import type { Nested } from "../nested.ts";
import type { Callback, CallbackParams, Logs, Mode } from "./callback.ts";

const begins = { train: "onTrainBegin", test: "onTestBegin", predict: "onPredictBegin" } as const;
const ends = { train: "onTrainEnd", test: "onTestEnd", predict: "onPredictEnd" } as const;
const batchBegins = { train: "onTrainBatchBegin", test: "onTestBatchBegin", predict: "onPredictBatchBegin" } as const;
const batchEnds = { train: "onTrainBatchEnd", test: "onTestBatchEnd" } as const;

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
  /** Calls a hook of each without waiting. */
  now(call: (c: Callback) => void | Promise<void>): void {
    for (const c of this.callbacks) void call(c);
  }
  begin(mode: Mode): Promise<void> {
    return this.#each((c) => c[begins[mode]]());
  }
  end(mode: Mode, logs: Logs): Promise<void> {
    return this.#each((c) => c[ends[mode]](logs));
  }
  epochBegin(epoch: number): Promise<void> {
    return this.#each((c) => c.onEpochBegin(epoch));
  }
  /** @param logs one object for all: what a callback adds, those behind it see */
  epochEnd(epoch: number, logs: Logs): Promise<void> {
    return this.#each((c) => c.onEpochEnd(epoch, logs));
  }

  /** Runs synchronously unless a hook is async: a promise for each batch would cost more than small steps. */
  batchBegin(mode: Mode, batch: number): Promise<void> | undefined {
    const waiting = this.callbacks.map((c) => c[batchBegins[mode]](batch)).filter((p) => p instanceof Promise);
    return waiting.length ? Promise.all(waiting).then(() => {}) : undefined;
  }
  /** Those who want to know how this batch went. */
  interested(mode: "train" | "test", batch: number): readonly Callback[] {
    return this.callbacks.filter((c) => c.wantsBatchEnd(mode, batch));
  }
  async batchEnd(mode: "train" | "test", batch: number, logs: Logs, interested: readonly Callback[]): Promise<void> {
    for (const c of interested) await c[batchEnds[mode]](batch, logs);
  }
  predicted(batch: number, outputs: Nested): Promise<void> {
    return this.#each((c) => c.onPredictBatchEnd(batch, { outputs }));
  }
}
