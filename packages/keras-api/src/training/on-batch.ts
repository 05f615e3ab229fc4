/** Steps on single batches. */
import { ready } from "@antler/tensor-core";
import type { Logs } from "../callbacks/callback.ts";
import type { AnyModel } from "../models/model.ts";
import type { ClassWeight } from "./class-weight.ts";
import type { Compiled, StepMode } from "./compiled.ts";
import { batchOf } from "./dataset.ts";
import type { Inputs } from "./layout.ts";

export interface TestOnBatchOptions {
  /** What each sample counts. */
  readonly sampleWeight?: Inputs | undefined;
  /** Whether loss and metrics begin anew with this batch. Default true. */
  readonly resetMetrics?: boolean | undefined;
}
export interface TrainOnBatchOptions extends TestOnBatchOptions {
  /** What samples of a class count, by the class's number. */
  readonly classWeight?: ClassWeight | undefined;
}

export async function onBatch(
  mode: StepMode,
  model: AnyModel,
  compiled: Compiled,
  [x, y]: readonly [Inputs, Inputs | null | undefined],
  { sampleWeight, classWeight, resetMetrics = true }: TrainOnBatchOptions,
): Promise<Logs> {
  await ready();
  const op = mode === "train" ? "trainOnBatch" : "testOnBatch";
  const batch = await batchOf([x, y ?? null, sampleWeight ?? null], { op, ends: model.ends, classWeight });
  try {
    model.buildForBatch(batch.data[0]);
    if (resetMetrics) model.resetMetrics();
    const result = compiled.run(mode, batch.data);
    const values = await result.data();
    result.dispose();
    return compiled.logs(mode, values);
  } finally {
    batch.dispose();
  }
}
