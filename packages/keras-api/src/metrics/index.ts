/** Metrics: a class and a factory each, and `get` to find one by name. */
import { Accuracy, BinaryAccuracy, type BinaryAccuracyOptions, CategoricalAccuracy, SparseCategoricalAccuracy } from "./accuracy.ts";
import { Mean } from "./mean.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import type { MetricOptions } from "./metric.ts";

export { Accuracy, BinaryAccuracy, type BinaryAccuracyOptions, CategoricalAccuracy, SparseCategoricalAccuracy } from "./accuracy.ts";
export { get, type MetricLike } from "./get.ts";
export { Mean, MeanMetricWrapper, type MetricFunction } from "./mean.ts";
export { MeanSquaredError } from "./mean-squared-error.ts";
export { Metric, type MetricOptions } from "./metric.ts";

/** How often predictions equal labels. */
/* @__NO_SIDE_EFFECTS__ */
export const accuracy = (options?: MetricOptions): Accuracy => new Accuracy(options);
/** How often predictions lie on the label's side of a threshold. */
/* @__NO_SIDE_EFFECTS__ */
export const binaryAccuracy = (options?: BinaryAccuracyOptions): BinaryAccuracy => new BinaryAccuracy(options);
/** How often the most likely class is that of a one-hot label. */
/* @__NO_SIDE_EFFECTS__ */
export const categoricalAccuracy = (options?: MetricOptions): CategoricalAccuracy => new CategoricalAccuracy(options);
/** How often the most likely class is the label's number. */
/* @__NO_SIDE_EFFECTS__ */
export const sparseCategoricalAccuracy = (options?: MetricOptions): SparseCategoricalAccuracy => new SparseCategoricalAccuracy(options);
/** The mean of the squared differences of labels and predictions. */
/* @__NO_SIDE_EFFECTS__ */
export const meanSquaredError = (options?: MetricOptions): MeanSquaredError => new MeanSquaredError(options);
/** The running mean of the values it is given. */
/* @__NO_SIDE_EFFECTS__ */
export const mean = (options?: MetricOptions): Mean => new Mean(options);
