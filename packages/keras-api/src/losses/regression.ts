/** Losses of numbers that should be other numbers. */
import { type Config, configOf } from "../serialization/config.ts";
import {
  type AxisParameters,
  cosineSimilarity,
  type HuberParameters,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from "./functions/regression.ts";
import type { LossOptions } from "./loss.ts";
import { FunctionLoss } from "./wrapper.ts";

/** `mean((yTrue − yPred)²)` over the last axis. */
export class MeanSquaredError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(meanSquaredError, "mean_squared_error", options);
  }
  override get className(): string {
    return "MeanSquaredError";
  }
}

/** `mean(|yTrue − yPred|)` over the last axis. */
export class MeanAbsoluteError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(meanAbsoluteError, "mean_absolute_error", options);
  }
  override get className(): string {
    return "MeanAbsoluteError";
  }
}

/** `100 · mean(|yTrue − yPred| / |yTrue|)` over the last axis. */
export class MeanAbsolutePercentageError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(meanAbsolutePercentageError, "mean_absolute_percentage_error", options);
  }
  override get className(): string {
    return "MeanAbsolutePercentageError";
  }
}

/** `mean((log(1 + yTrue) − log(1 + yPred))²)` over the last axis. */
export class MeanSquaredLogarithmicError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(meanSquaredLogarithmicError, "mean_squared_logarithmic_error", options);
  }
  override get className(): string {
    return "MeanSquaredLogarithmicError";
  }
}

/** A square up to an error of delta, a line from there (Huber 1964, https://doi.org/10.1214/aoms/1177703732). */
export class Huber extends FunctionLoss<HuberParameters> {
  constructor(options: LossOptions & HuberParameters = {}) {
    super(huber, "huber_loss", options, { delta: 1 });
  }
  override get className(): string {
    return "Huber";
  }
  /** As Keras, without its own option. */
  override getConfig(): Config {
    return configOf(this, ["name", "reduction"]);
  }
}

/** `mean(log(cosh(yPred − yTrue)))` over the last axis: like a square near 0, like a line far from it. */
export class LogCosh extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(logCosh, "log_cosh", options);
  }
  override get className(): string {
    return "LogCosh";
  }
}

/** Minus the cosine of the angle between labels and predictions: −1 where they point the same way. */
export class CosineSimilarity extends FunctionLoss<AxisParameters> {
  constructor(options: LossOptions & AxisParameters = {}) {
    super(cosineSimilarity, "cosine_similarity", options, { axis: -1 });
  }
  override get className(): string {
    return "CosineSimilarity";
  }
  /** As Keras, without its own option. */
  override getConfig(): Config {
    return configOf(this, ["name", "reduction"]);
  }
}
