/** Losses of predicted probabilities. */
import { ValueError } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import {
  binaryCrossentropy,
  type CrossentropyParameters,
  categoricalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  type GeneralizedCrossentropyParameters,
  type SparseCrossentropyParameters,
  sparseCategoricalCrossentropy,
} from "./functions/crossentropy.ts";
import {
  type BinaryFocalParameters,
  binaryFocalCrossentropy,
  type CategoricalFocalParameters,
  categoricalFocalCrossentropy,
} from "./functions/focal.ts";
import { klDivergence, poisson } from "./functions/probabilistic.ts";
import type { LossOptions } from "./loss.ts";
import { FunctionLoss } from "./wrapper.ts";

const plain = { fromLogits: false, labelSmoothing: 0, axis: -1 } as const;
const focal = { ...plain, alpha: 0.25, gamma: 2 } as const;

/** `mean(−y · log p − (1 − y) · log(1 − p))`: for labels that are 0 or 1, each on its own. */
export class BinaryCrossentropy extends FunctionLoss<CrossentropyParameters> {
  constructor(options: LossOptions & CrossentropyParameters = {}) {
    super(binaryCrossentropy, "binary_crossentropy", options, plain);
  }
  override get className(): string {
    return "BinaryCrossentropy";
  }
}

/** BinaryCrossentropy in which what is predicted well counts less (Lin et al. 2017, https://arxiv.org/abs/1708.02002). */
export class BinaryFocalCrossentropy extends FunctionLoss<BinaryFocalParameters> {
  constructor(options: LossOptions & BinaryFocalParameters = {}) {
    super(binaryFocalCrossentropy, "binary_focal_crossentropy", options, { ...focal, applyClassBalancing: false });
  }
  override get className(): string {
    return "BinaryFocalCrossentropy";
  }
}

/** `−Σ y · log p` over the classes: for labels that are distributions, such as one-hot ones. */
export class CategoricalCrossentropy extends FunctionLoss<CrossentropyParameters> {
  constructor(options: LossOptions & CrossentropyParameters = {}) {
    super(categoricalCrossentropy, "categorical_crossentropy", options, plain);
  }
  override get className(): string {
    return "CategoricalCrossentropy";
  }
}

/** CategoricalCrossentropy in which what is predicted well counts less (Lin et al. 2017, https://arxiv.org/abs/1708.02002). */
export class CategoricalFocalCrossentropy extends FunctionLoss<CategoricalFocalParameters> {
  constructor(options: LossOptions & CategoricalFocalParameters = {}) {
    super(categoricalFocalCrossentropy, "categorical_focal_crossentropy", options, focal);
  }
  override get className(): string {
    return "CategoricalFocalCrossentropy";
  }
}

/** `−log p[label]`: for labels that are the number of a class. */
export class SparseCategoricalCrossentropy extends FunctionLoss<SparseCrossentropyParameters> {
  constructor(options: LossOptions & SparseCrossentropyParameters = {}) {
    super(sparseCategoricalCrossentropy, "sparse_categorical_crossentropy", options, { fromLogits: false, ignoreClass: null, axis: -1 });
  }
  override get className(): string {
    return "SparseCategoricalCrossentropy";
  }
  /** As Keras, without the axis. */
  override getConfig(): Config {
    return { ...configOf(this, ["name", "reduction"]), ...configOf(this.parameters, ["fromLogits", "ignoreClass"]) };
  }
}

/** `(1 − p[label]^q) / q`: bears wrong labels (Zhang and Sabuncu 2018, https://arxiv.org/abs/1805.07836). */
export class CategoricalGeneralizedCrossEntropy extends FunctionLoss<GeneralizedCrossentropyParameters> {
  constructor(options: LossOptions & GeneralizedCrossentropyParameters = {}) {
    super(categoricalGeneralizedCrossEntropy, "categorical_generalized_cross_entropy", options, { q: 0.5 });
    const { q } = this.parameters;
    if (!(q! > 0 && q! < 1)) throw new ValueError(this.className, `q must lie between 0 and 1, got ${q}`);
  }
  override get className(): string {
    return "CategoricalGeneralizedCrossEntropy";
  }
}

/** `Σ yTrue · log(yTrue / yPred)` over the last axis. */
export class KLDivergence extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(klDivergence, "kl_divergence", options);
  }
  override get className(): string {
    return "KLDivergence";
  }
}

/** `mean(yPred − yTrue · log(yPred))` over the last axis: predictions are rates, labels are counts. */
export class Poisson extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(poisson, "poisson", options);
  }
  override get className(): string {
    return "Poisson";
  }
}
