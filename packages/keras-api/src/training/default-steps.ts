/** The steps of models that do not override them: forward, backward, update, loss and metrics. */
import { GradientTape } from "@antler/autodiff";
import { add, cast, fill, isFloat, leaves, mul, sizeOfAxes, sum, type Tensor, ValueError } from "@antler/tensor-core";
import { warnOnce } from "../host.ts";
import type { AnyModel } from "../models/model.ts";
import type { Compiled, StepLogs } from "./compiled.ts";
import type { AnyStepData, LossArguments } from "./source.ts";

export function trainStep(model: AnyModel, { optimizer, lossTracker }: Compiled, [x, y, sampleWeight]: AnyStepData): StepLogs {
  const tape = new GradientTape();
  const { yPred, loss, target } = tape.run(() => {
    const yPred = model.apply(x, { training: true });
    const loss = model.computeLoss({ x, y, yPred, sampleWeight, training: true });
    return { yPred, loss, target: optimizer.scaleLoss(loss) };
  });
  track(lossTracker, loss, x);
  const weights = model.trainableWeights;
  if (weights.length) optimizer.apply(tape.gradient(target, weights), weights);
  else warnOnce(`${model.name}: there are no trainable weights, so training changes nothing.`);
  return model.computeMetrics({ x, y, yPred, sampleWeight });
}

export function testStep(model: AnyModel, { lossTracker }: Compiled, [x, y, sampleWeight]: AnyStepData): StepLogs {
  const yPred = model.apply(x, { training: false });
  track(lossTracker, model.computeLoss({ x, y, yPred, sampleWeight, training: false }), x);
  return model.computeMetrics({ x, y, yPred, sampleWeight });
}

/** A mean over samples: a smaller batch counts less. */
function track(tracker: Compiled["lossTracker"], loss: Tensor, x: unknown): void {
  const rows = sizeOfAxes(leaves(x)[0] as Tensor, [0]);
  tracker.updateState(loss, mul(fill([], 1), typeof rows === "number" ? rows : cast(rows, "float32")));
}

/** The losses of the outputs, and what layers add. */
export function computeLoss(model: AnyModel, { loss }: Compiled, { y, yPred, sampleWeight }: LossArguments): Tensor {
  const scalar = (t: Tensor): Tensor => sum(isFloat(t.dtype) ? t : cast(t, "float32"));
  const all = [...(loss ? [loss.apply(y, yPred, sampleWeight)] : []), ...model.losses.map(scalar)];
  if (!all.length)
    throw new ValueError("fit", "there is no loss to compute", { hint: "Give compile() a loss, or override computeLoss()." });
  return all.reduce((a, b) => add(a, b));
}
