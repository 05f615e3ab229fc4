/** One pass over batches, for training and for evaluation alike. */
import { type Tensor, ValueError } from "@antler/tensor-core";
import type { CallbackList } from "../callbacks/callback-list.ts";
import type { AnyModel } from "../models/model.ts";
import type { Compiled, StepMode } from "./compiled.ts";
import type { Feed } from "./feed.ts";
import { Pacer } from "./pacer.ts";
import type { Batch } from "./source.ts";

export interface Epoch {
  readonly mode: StepMode;
  readonly model: AnyModel;
  readonly compiled: Compiled;
  /** Begun already. */
  readonly feed: Feed;
  readonly callbacks: CallbackList;
  /** The number of the first batch. Default 0. */
  readonly from?: number;
}

/**
 * Runs every batch through a step.
 * @returns what the last step gave: loss and metrics over the whole pass
 * @throws ValueError where there is no batch
 */
export async function runEpoch({ mode, model, compiled, feed, callbacks, from = 0 }: Epoch): Promise<ArrayLike<number | bigint>> {
  const pacer = new Pacer();
  const together = compiled.options.stepsPerExecution ?? 1;
  try {
    for (let step = from; ; step += together) {
      let given = feed.next();
      if (given instanceof Promise) given = await given;
      if (!given) break;
      const before = callbacks.batchBegin(mode, step);
      if (before) await before;
      for (let batch: Batch | undefined = given, k = 1; batch; k++) {
        const pause = pacer.submit(runStep(mode, compiled, batch));
        if (pause) await pause;
        batch = k < together ? await feed.next() : undefined;
      }
      const last = step + together - 1;
      if (mode === "train" && model.progress) model.progress = { ...model.progress, batch: last + 1 };
      const interested = callbacks.interested(mode, last);
      if (interested.length) await callbacks.batchEnd(mode, last, compiled.logs(mode, await pacer.read()), interested);
      if (mode === "train" ? model.stopTraining : model.stopEvaluating) break;
    }
    // Interrupted behind the last batch: all that is left to do is to tell.
    if (pacer.isEmpty && from > 0) pacer.submit(compiled.results(mode));
    if (pacer.isEmpty) throw new ValueError(mode === "train" ? "fit" : "evaluate", "there were no batches", { hint: HINT });
    return await pacer.read();
  } finally {
    await pacer.finish();
    await feed.end();
  }
}
const HINT = "An iterator can be used once: give a function that returns a new one, or stepsPerEpoch.";

function runStep(mode: StepMode, compiled: Compiled, batch: Batch): Tensor {
  try {
    return compiled.run(mode, batch.data);
  } finally {
    batch.dispose();
  }
}
