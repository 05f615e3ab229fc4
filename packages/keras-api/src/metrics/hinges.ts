/** Hinge metrics: 0 where predictions are right by a margin of 1. */
import { categoricalHinge, hinge, squaredHinge } from "../losses/functions/hinge.ts";
import type { MetricOptions } from "./metric.ts";
import { FunctionMetric } from "./wrapper.ts";

/** The mean of `max(1 − yTrue · yPred, 0)`, for labels −1 and 1, or 0 and 1. */
export class Hinge extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(hinge, "hinge", options);
  }
  override get className(): string {
    return "Hinge";
  }
}

/** The mean of `max(1 − yTrue · yPred, 0)²`, for labels −1 and 1, or 0 and 1. */
export class SquaredHinge extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(squaredHinge, "squared_hinge", options);
  }
  override get className(): string {
    return "SquaredHinge";
  }
}

/** The mean of `max(1 + max((1 − yTrue) · yPred) − Σ yTrue · yPred, 0)`, for one-hot labels. */
export class CategoricalHinge extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(categoricalHinge, "categorical_hinge", options);
  }
  override get className(): string {
    return "CategoricalHinge";
  }
}
