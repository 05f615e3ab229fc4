/** Metrics by name; "accuracy" is whichever suits the shapes. */
import type { Tensor } from "@antler/tensor-core";
import { lookup } from "../lookup.ts";
import { snakeCase } from "../naming.ts";
import { type LabelKind, labelKind } from "../ranks.ts";
import { isSerialized, type Serialized } from "../serialization/config.ts";
import { type Family, make } from "../serialization/family.ts";
import { Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy } from "./accuracy.ts";
import { Mean, MeanMetricWrapper, type MetricFunction } from "./mean.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { Metric, type MetricOptions } from "./metric.ts";

/** A name such as `"accuracy"`, a metric, the config of one, or a function of labels and predictions that gives one value a sample. */
export type MetricLike = string | Metric | MetricFunction | Serialized;

const table: Readonly<Record<string, (options: MetricOptions) => Metric>> = {
  accuracy: (o) => new Accuracy(o),
  binary_accuracy: (o) => new BinaryAccuracy(o),
  categorical_accuracy: (o) => new CategoricalAccuracy(o),
  mean: (o) => new Mean(o),
  mean_squared_error: (o) => new MeanSquaredError(o),
  mse: (o) => new MeanSquaredError(o),
  sparse_categorical_accuracy: (o) => new SparseCategoricalAccuracy(o),
};

const family: Family<Metric> = {
  kind: "metric",
  base: Metric,
  members: () => ({ Accuracy, BinaryAccuracy, CategoricalAccuracy, Mean, MeanSquaredError, SparseCategoricalAccuracy }),
};

/**
 * The metric a name or function stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * metrics.get("mse").name; // "mse"
 */
export function get(identifier: MetricLike): Metric {
  if (identifier instanceof Metric) return identifier;
  if (isSerialized(identifier)) return make(family, identifier);
  if (typeof identifier === "function") return new MeanMetricWrapper(identifier, { name: snakeCase(identifier.name) || "metric" });
  return lookup("metric", table, identifier)({ name: snakeCase(identifier) });
}

const accuracies: Readonly<Record<LabelKind, (options: MetricOptions) => Metric>> = {
  binary: (o) => new BinaryAccuracy(o),
  sparse: (o) => new SparseCategoricalAccuracy(o),
  categorical: (o) => new CategoricalAccuracy(o),
};

/** Whether a metric's meaning depends on the shapes of labels and predictions: "accuracy" and "acc". */
export const isAutomatic = (identifier: MetricLike): identifier is string =>
  typeof identifier === "string" && ["accuracy", "acc"].includes(snakeCase(identifier));

/** As `get`, but "accuracy" is the accuracy that suits the shapes. */
export const getFor = (identifier: MetricLike, yTrue: Tensor, yPred: Tensor): Metric =>
  isAutomatic(identifier) ? accuracies[labelKind(yTrue, yPred)]({ name: snakeCase(identifier) }) : get(identifier);
