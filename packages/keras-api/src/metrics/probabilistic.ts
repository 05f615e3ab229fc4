/** Metrics of predicted probabilities. */
import {
  binaryCrossentropy,
  type CrossentropyParameters,
  categoricalCrossentropy,
  type SparseCrossentropyParameters,
  sparseCategoricalCrossentropy,
} from "../losses/functions/crossentropy.ts";
import { klDivergence, poisson } from "../losses/functions/probabilistic.ts";
import type { MetricOptions } from "./metric.ts";
import { FunctionMetric } from "./wrapper.ts";

/** The mean of `−y · log p − (1 − y) · log(1 − p)`. */
export class BinaryCrossentropy extends FunctionMetric<Omit<CrossentropyParameters, "axis">> {
  override readonly direction = "down";
  constructor(options: MetricOptions & Omit<CrossentropyParameters, "axis"> = {}) {
    super(binaryCrossentropy, "binary_crossentropy", options, { fromLogits: false, labelSmoothing: 0 });
  }
  override get className(): string {
    return "BinaryCrossentropy";
  }
}

/** The mean of `−Σ y · log p` over the classes. */
export class CategoricalCrossentropy extends FunctionMetric<CrossentropyParameters> {
  override readonly direction = "down";
  constructor(options: MetricOptions & CrossentropyParameters = {}) {
    super(categoricalCrossentropy, "categorical_crossentropy", options, { fromLogits: false, labelSmoothing: 0, axis: -1 });
  }
  override get className(): string {
    return "CategoricalCrossentropy";
  }
}

/** The mean of `−log p[label]`. As in Keras, ignored samples are left out of it only where there are sample weights; else they count as 0. */
export class SparseCategoricalCrossentropy extends FunctionMetric<SparseCrossentropyParameters> {
  override readonly direction = "down";
  constructor(options: MetricOptions & SparseCrossentropyParameters = {}) {
    super(sparseCategoricalCrossentropy, "sparse_categorical_crossentropy", options, { fromLogits: false, ignoreClass: null, axis: -1 });
  }
  override get className(): string {
    return "SparseCategoricalCrossentropy";
  }
}

/** The mean of `Σ yTrue · log(yTrue / yPred)`. */
export class KLDivergence extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(klDivergence, "kl_divergence", options);
  }
  override get className(): string {
    return "KLDivergence";
  }
}

/** The mean of `yPred − yTrue · log(yPred)`. */
export class Poisson extends FunctionMetric {
  override readonly direction = "down";
  constructor(options: MetricOptions = {}) {
    super(poisson, "poisson", options);
  }
  override get className(): string {
    return "Poisson";
  }
}
