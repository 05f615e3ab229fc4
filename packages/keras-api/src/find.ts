/** How `compile` finds what names, functions and configs stand for. Objects stand for themselves. */
import { ValueError } from "@antler/tensor-core";
import type { LossLike } from "./losses/get.ts";
import { Loss } from "./losses/loss.ts";
import type { MetricLike } from "./metrics/get.ts";
import { Metric } from "./metrics/metric.ts";
import type { OptimizerLike } from "./optimizers/get.ts";
import { Optimizer } from "./optimizers/optimizer.ts";

export interface Finders {
  readonly optimizer: (identifier: OptimizerLike) => Optimizer;
  readonly loss: (identifier: LossLike) => Loss;
  readonly metric: (identifier: MetricLike) => Metric;
}
let finders: Finders | undefined;

/** Makes names known; `register.ts` does, and with it all members of the families are in a bundle. */
export function setFinders(all: Finders): void {
  finders = all;
}

export const findOptimizer = (x: OptimizerLike): Optimizer => (x instanceof Optimizer ? x : known(x).optimizer(x));
export const findLoss = (x: LossLike): Loss => (x instanceof Loss ? x : known(x).loss(x));
export const findMetric = (x: MetricLike): Metric => (x instanceof Metric ? x : known(x).metric(x));

function known(identifier: unknown): Finders {
  if (finders) return finders;
  throw new ValueError("compile", `knows no names here and takes only objects, got ${JSON.stringify(identifier) ?? "a function"}`, {
    hint: 'Make an object, as in optimizers.adam(), or write import "@antler/keras-api/register", which makes all names known.',
  });
}
