/** Accuracies: how often predictions are right. */
import { type Config, configOf } from "../serialization/config.ts";
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  type SparseTopKParameters,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  type ThresholdParameters,
  type TopKParameters,
  topKCategoricalAccuracy,
} from "./functions/accuracy.ts";
import type { MetricOptions } from "./metric.ts";
import { FunctionMetric } from "./wrapper.ts";

/** How often predictions equal labels. */
export class Accuracy extends FunctionMetric {
  override readonly direction = "up";
  constructor(options: MetricOptions = {}) {
    super(accuracy, "accuracy", options);
  }
  override get className(): string {
    return "Accuracy";
  }
}

/** How often predictions lie on the label's side of a threshold. */
export class BinaryAccuracy extends FunctionMetric<ThresholdParameters> {
  override readonly direction = "up";
  constructor(options: MetricOptions & ThresholdParameters = {}) {
    super(binaryAccuracy, "binary_accuracy", options, { threshold: 0.5 });
  }
  override get className(): string {
    return "BinaryAccuracy";
  }
}

/** How often the most likely class is that of a one-hot label. */
export class CategoricalAccuracy extends FunctionMetric {
  override readonly direction = "up";
  constructor(options: MetricOptions = {}) {
    super(categoricalAccuracy, "categorical_accuracy", options);
  }
  override get className(): string {
    return "CategoricalAccuracy";
  }
}

/** How often the most likely class is the label's number. */
export class SparseCategoricalAccuracy extends FunctionMetric {
  override readonly direction = "up";
  constructor(options: MetricOptions = {}) {
    super(sparseCategoricalAccuracy, "sparse_categorical_accuracy", options);
  }
  override get className(): string {
    return "SparseCategoricalAccuracy";
  }
}

/** How often a one-hot label's class is among the k most likely. */
export class TopKCategoricalAccuracy extends FunctionMetric<TopKParameters> {
  override readonly direction = "up";
  constructor(options: MetricOptions & TopKParameters = {}) {
    super(topKCategoricalAccuracy, "top_k_categorical_accuracy", options, { k: 5 });
  }
  override get className(): string {
    return "TopKCategoricalAccuracy";
  }
}

/** How often the label's number is among the k most likely classes. */
export class SparseTopKCategoricalAccuracy extends FunctionMetric<SparseTopKParameters> {
  override readonly direction = "up";
  constructor(options: MetricOptions & SparseTopKParameters = {}) {
    super(sparseTopKCategoricalAccuracy, "sparse_top_k_categorical_accuracy", options, { k: 5, fromSortedIds: false });
  }
  override get className(): string {
    return "SparseTopKCategoricalAccuracy";
  }
  override getConfig(): Config {
    const { fromSortedIds, k } = this.parameters;
    return { ...configOf(this, ["name", "dtype"]), k: k!, ...(fromSortedIds && { from_sorted_ids: true }) };
  }
}
