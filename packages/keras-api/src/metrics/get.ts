/** Metrics by name or config. */
import { type Serialized, serializeObject } from "../serialization/config.ts";
import { type Family, resolve } from "../serialization/family.ts";
import { functionOf, isSerializedFunction } from "../serialization/functions.ts";
import { type CustomObjects, withCustomObjects } from "../serialization/registry.ts";
import * as functions from "./functions/index.ts";
import * as members from "./members.ts";
import { Metric } from "./metric.ts";
import { type MetricFunction, wrapped } from "./wrapper.ts";

/** A name such as `"accuracy"`, a metric, a function that gives one value a sample, or the config of one of them. */
export type MetricLike = string | Metric | MetricFunction | Serialized;

const family: Family<Metric> = {
  kind: "metric",
  base: Metric,
  members: () => members,
  aliases: {
    acc: "accuracy",
    bce: "binary_crossentropy",
    kld: "kl_divergence",
    mae: "mean_absolute_error",
    mape: "mean_absolute_percentage_error",
    mse: "mean_squared_error",
    msle: "mean_squared_logarithmic_error",
  },
};

/**
 * The metric a name, a function or a config stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * metrics.get("mse").name; // "mean_squared_error"
 */
export function get(identifier: MetricLike): Metric {
  if (typeof identifier === "function") return wrapped(identifier);
  if (isSerializedFunction(identifier)) return wrapped(functionOf<MetricFunction>("metrics", identifier, functions));
  return resolve(family, identifier);
}

/** A metric as Keras's files hold it. */
export const serialize = (metric: Metric): Serialized => serializeObject(metric);

/** The metric a file holds; `customObjects` are classes and functions it may name besides ours. */
export const deserialize = (config: MetricLike, customObjects?: CustomObjects): Metric =>
  withCustomObjects(customObjects, () => get(config));
