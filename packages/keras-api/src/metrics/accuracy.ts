/** Accuracies: how often predictions are right. */
import { argMax, cast, equal, greater, reshape, squeeze, type Tensor } from "@antler/tensor-core";
import { matchRanks } from "../ranks.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { MeanMetricWrapper } from "./mean.ts";
import type { MetricOptions } from "./metric.ts";

/** 1 where equal, else 0. */
export function matches(yTrue: Tensor, yPred: Tensor): Tensor {
  const [truth, predicted] = matchRanks(cast(yTrue, yPred.dtype), yPred);
  return cast(equal(truth, predicted), "float32");
}
export function binaryMatches(yTrue: Tensor, yPred: Tensor, threshold: number): Tensor {
  const [truth, predicted] = matchRanks(yTrue, yPred);
  return cast(equal(truth, cast(greater(predicted, threshold), truth.dtype)), "float32");
}
export const categoricalMatches = (yTrue: Tensor, yPred: Tensor): Tensor => cast(equal(argMax(yTrue, -1), argMax(yPred, -1)), "float32");
export function sparseCategoricalMatches(yTrue: Tensor, yPred: Tensor): Tensor {
  const column = yTrue.rank === yPred.rank && yTrue.dims.at(-1) === 1;
  const labels = column ? squeeze(yTrue, -1) : yTrue;
  const right = cast(equal(cast(labels, "int32"), argMax(yPred, -1)), "float32");
  return right.rank > 1 && right.dims.at(-1) === 1 ? reshape(right, right.dims.slice(0, -1)) : right;
}

/** How often predictions equal labels. */
export class Accuracy extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(matches, { name: "accuracy", ...options });
    this.direction = "up";
  }
  override get className(): string {
    return "Accuracy";
  }
}

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above it mean 1. Default 0.5. */
  readonly threshold?: number | undefined;
}
/** How often predictions lie on the label's side of a threshold. */
export class BinaryAccuracy extends MeanMetricWrapper {
  readonly threshold: number;
  constructor(options: BinaryAccuracyOptions = {}) {
    const threshold = options.threshold ?? 0.5;
    super((yTrue, yPred) => binaryMatches(yTrue, yPred, threshold), { name: "binary_accuracy", ...options });
    this.direction = "up";
    this.threshold = threshold;
  }
  override get className(): string {
    return "BinaryAccuracy";
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["threshold"]) };
  }
}

/** How often the most likely class is that of a one-hot label. */
export class CategoricalAccuracy extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(categoricalMatches, { name: "categorical_accuracy", ...options });
    this.direction = "up";
  }
  override get className(): string {
    return "CategoricalAccuracy";
  }
}

/** How often the most likely class is the label's number. */
export class SparseCategoricalAccuracy extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(sparseCategoricalMatches, { name: "sparse_categorical_accuracy", ...options });
    this.direction = "up";
  }
  override get className(): string {
    return "SparseCategoricalAccuracy";
  }
}
