/** Metrics of numbers that should be other numbers. */
import { cast, sqrt, squaredDifference, type Tensor, tidy } from "@antler/tensor-core";
import {
  type AxisParameters,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from "../losses/functions/regression.ts";
import { paired } from "../losses/functions/shared.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { concordanceCorrelation, cosineSimilarity, pearsonCorrelation } from "./functions/correlation.ts";
import type { MetricOptions } from "./metric.ts";
import { RunningMean } from "./reduction.ts";
import { FunctionMetric } from "./wrapper.ts";

/** The mean of the squared differences of labels and predictions. */
export class MeanSquaredError extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(meanSquaredError, "mean_squared_error", options);
  }
  override get className(): string {
    return "MeanSquaredError";
  }
}

/** The mean distance of labels and predictions. */
export class MeanAbsoluteError extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(meanAbsoluteError, "mean_absolute_error", options);
  }
  override get className(): string {
    return "MeanAbsoluteError";
  }
}

/** The mean distance of labels and predictions, in percent of the label. */
export class MeanAbsolutePercentageError extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(meanAbsolutePercentageError, "mean_absolute_percentage_error", options);
  }
  override get className(): string {
    return "MeanAbsolutePercentageError";
  }
}

/** The mean of the squared differences of `log(1 + x)` of labels and predictions. */
export class MeanSquaredLogarithmicError extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(meanSquaredLogarithmicError, "mean_squared_logarithmic_error", options);
  }
  override get className(): string {
    return "MeanSquaredLogarithmicError";
  }
}

/** The mean of `log(cosh(yPred − yTrue))`. */
export class LogCoshError extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(logCosh, "logcosh", options);
  }
  override get className(): string {
    return "LogCoshError";
  }
}

/** The mean cosine of the angle between labels and predictions: 1 where they point the same way. */
export class CosineSimilarity extends FunctionMetric<AxisParameters> {
  override readonly direction = "up";
  constructor(options: MetricOptions & AxisParameters = {}) {
    super(cosineSimilarity, "cosine_similarity", options, { axis: -1 });
  }
  override get className(): string {
    return "CosineSimilarity";
  }
  /** As Keras, without the axis. */
  override getConfig(): Config {
    return configOf(this, ["name", "dtype"]);
  }
}

/** The mean of Pearson's correlations of labels and predictions. */
export class PearsonCorrelation extends FunctionMetric<AxisParameters> {
  override readonly direction = "up";
  constructor(options: MetricOptions & AxisParameters = {}) {
    super(pearsonCorrelation, "pearson_correlation", options, { axis: -1 });
  }
  override get className(): string {
    return "PearsonCorrelation";
  }
}

/** The mean concordance of labels and predictions (Lin 1989, https://doi.org/10.2307/2532051). */
export class ConcordanceCorrelation extends FunctionMetric<AxisParameters> {
  override readonly direction = "up";
  constructor(options: MetricOptions & AxisParameters = {}) {
    super(concordanceCorrelation, "concordance_correlation", options, { axis: -1 });
  }
  override get className(): string {
    return "ConcordanceCorrelation";
  }
}

/** The root of the mean of the squared differences of labels and predictions. */
export class RootMeanSquaredError extends RunningMean {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super({ ...options, name: options.name ?? "root_mean_squared_error" });
  }
  override get className(): string {
    return "RootMeanSquaredError";
  }
  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => this.accumulate(squaredDifference(...paired(yTrue, cast(yPred, this.dtype))), sampleWeight));
  }
  override result(): Tensor {
    return sqrt(super.result());
  }
}
