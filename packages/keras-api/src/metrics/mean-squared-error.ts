/** MeanSquaredError as a metric. */
import { cast } from "@antler/tensor-core";
import { squaredErrors } from "../losses/mean-squared-error.ts";
import { MeanMetricWrapper } from "./mean.ts";
import type { MetricOptions } from "./metric.ts";

/** The mean of the squared differences of labels and predictions. */
export class MeanSquaredError extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super((yTrue, yPred) => squaredErrors(cast(yTrue, yPred.dtype), yPred), { name: "mean_squared_error", ...options });
    this.direction = "down";
  }
  override get className(): string {
    return "MeanSquaredError";
  }
}
