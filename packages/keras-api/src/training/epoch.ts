/** One pass over batches, for training and for evaluation alike. */
import type { CallbackList, Mode } from "../callbacks/callback-list.ts";
import type { AnyModel } from "../models/model.ts";
import type { Batches } from "./batches.ts";
import type { Compiled } from "./compiled.ts";
import { Pacer } from "./pacer.ts";

/**
 * Runs every batch through a step.
 * @returns what the last step gave: loss and metrics over the whole pass
 */
export async function runEpoch(
  mode: Mode,
  model: AnyModel,
  compiled: Compiled,
  batches: Batches,
  callbacks: CallbackList,
  order?: Int32Array,
): Promise<ArrayLike<number | bigint>> {
  const pacer = new Pacer();
  compiled.reset();
  try {
    for (let step = 0; step < batches.steps; step++) {
      const before = callbacks.batchBegin(mode, step);
      if (before) await before;
      const pause = pacer.submit(runStep(mode, compiled, batches, step, order));
      if (pause) await pause;
      const interested = callbacks.interested(mode, step);
      if (interested.length) await callbacks.batchEnd(mode, step, compiled.logs(await pacer.read()), interested);
      if (mode === "train" && model.stopTraining) break;
    }
    return await pacer.read();
  } finally {
    await pacer.finish();
  }
}

function runStep(
  mode: Mode,
  compiled: Compiled,
  batches: Batches,
  step: number,
  order: Int32Array | undefined,
): ReturnType<Compiled["trainStep"]> {
  const [x, y] = batches.batch(step, order);
  try {
    return mode === "train" ? compiled.trainStep(x!, y!) : compiled.testStep(x!, y!);
  } finally {
    x!.dispose();
    y!.dispose();
  }
}
