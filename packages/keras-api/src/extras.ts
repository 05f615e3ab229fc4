/** What models have from the main entry and not from `lean`: names that `compile` takes, and summaries. `register.ts` brings them. */
import { ValueError } from "@antler/tensor-core";
import type { LossLike } from "./losses/get.ts";
import { Loss } from "./losses/loss.ts";
import type { MetricLike } from "./metrics/get.ts";
import { Metric } from "./metrics/metric.ts";
import type { AnyModel } from "./models/model.ts";
import type { SummaryOptions } from "./models/summary.ts";
import type { OptimizerLike } from "./optimizers/get.ts";
import { Optimizer } from "./optimizers/optimizer.ts";

export interface Extras {
  /** By class name. */
  readonly rareInitializers: object;
  readonly optimizer: (identifier: OptimizerLike) => Optimizer;
  readonly loss: (identifier: LossLike) => Loss;
  readonly metric: (identifier: MetricLike) => Metric;
  readonly summary: (model: AnyModel, options: SummaryOptions) => string;
}
let extras: Extras | undefined;

export function setExtras(all: Extras): void {
  extras = all;
}

export const rareInitializers = (): object => extras?.rareInitializers ?? {};

/** What names, functions and configs stand for. Objects stand for themselves, and need no names. */
export const findOptimizer = (x: OptimizerLike): Optimizer => (x instanceof Optimizer ? x : names(x).optimizer(x));
export const findLoss = (x: LossLike): Loss => (x instanceof Loss ? x : names(x).loss(x));
export const findMetric = (x: MetricLike): Metric => (x instanceof Metric ? x : names(x).metric(x));

const names = (x: unknown): Extras =>
  expectExtras("compile", `knows no names here and takes only objects, got ${JSON.stringify(x) ?? "a function"}`);

export const summaryOf = (model: AnyModel, options: SummaryOptions): string =>
  expectExtras("summary", "models have none here").summary(model, options);

function expectExtras(op: string, problem: string): Extras {
  if (extras) return extras;
  throw new ValueError(op, problem, { hint: 'Write import "@antler/keras-api/register", or import from "@antler/keras-api".' });
}
