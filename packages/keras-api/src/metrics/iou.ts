/** Intersection over union of predicted and labelled areas, class by class. */
import {
  add,
  argMax,
  broadcastTo,
  cast,
  type DType,
  div,
  eye,
  fill,
  gather,
  greater,
  greaterEqual,
  isInteger,
  less,
  logicalAnd,
  mul,
  notEqual,
  reshape,
  sub,
  sum,
  type Tensor,
  tidy,
  unsortedSegmentSum,
  ValueError,
  type Variable,
  where,
} from "@antler/tensor-core";
import { EPSILON } from "../losses/functions/shared.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { Metric, type MetricOptions } from "./metric.ts";

interface OneHotParameters {
  /** Samples with this label are left out. Default none. */
  readonly ignoreClass?: number | null | undefined;
  /** Whether predictions are numbers of classes, not probabilities along the axis. Default true; of one-hot metrics false. */
  readonly sparseYPred?: boolean | undefined;
  /** The axis of the classes. Default −1. */
  readonly axis?: number | undefined;
}
interface SparseParameters extends OneHotParameters {
  /** Whether labels are numbers of classes, not one-hot along the axis. Default true. */
  readonly sparseYTrue?: boolean | undefined;
}
interface Classes {
  /** How many classes there are. */
  readonly numClasses: number;
}
interface Targets {
  /** The classes whose mean is taken. */
  readonly targetClassIds: readonly number[];
}
export interface OneHotMeanIoUOptions extends MetricOptions, OneHotParameters, Classes {}
export interface OneHotIoUOptions extends OneHotMeanIoUOptions, Targets {}
export interface MeanIoUOptions extends MetricOptions, SparseParameters, Classes {}
export interface IoUOptions extends MeanIoUOptions, Targets {}
export interface BinaryIoUOptions extends MetricOptions, Partial<Targets> {
  /** Predictions from it on mean 1. Default 0.5. */
  readonly threshold?: number | undefined;
}

/** The mean of `TP / (TP + FP + FN)` over some classes; classes that never occur are left out. */
export class IoU extends Metric {
  override readonly direction = "up";
  declare readonly numClasses: number;
  declare readonly targetClassIds: readonly number[];
  declare readonly ignoreClass: number | null;
  declare readonly sparseYTrue: boolean;
  declare readonly sparseYPred: boolean;
  declare readonly axis: number;
  /** How often each label (row) was predicted as each class (column). */
  readonly totalConfusionMatrix: Variable;
  readonly #targets: Variable;

  constructor(options: IoUOptions) {
    super({ ...options, dtype: options.dtype ?? "int64" });
    const { numClasses, targetClassIds } = options;
    if (Math.max(...targetClassIds) >= numClasses) {
      throw new ValueError(this.className, `class ${Math.max(...targetClassIds)} is not below numClasses, ${numClasses}`);
    }
    const own: IoUOptions = { ...options, targetClassIds: [...targetClassIds] };
    this.take(own, { numClasses, targetClassIds, ignoreClass: null, sparseYTrue: true, sparseYPred: true, axis: -1 });
    this.totalConfusionMatrix = this.addVariable({
      name: "total_confusion_matrix",
      shape: [numClasses, numClasses],
      dtype: this.#counting,
    });
    this.#targets = this.addConstant(this.targetClassIds, "int32");
  }
  override get className(): string {
    return "IoU";
  }
  /** Keras counts in int64, which few backends have. */
  get #counting(): DType {
    return isInteger(this.dtype) ? "int32" : this.dtype;
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => {
      const t = cast(flat(this.sparseYTrue ? yTrue : argMax(yTrue, this.axis)), "int32");
      const p = cast(flat(this.sparseYPred ? yPred : argMax(yPred, this.axis)), "int32");
      const weight = sampleWeight ? cast(sampleWeight, this.#counting) : fill([], 1, this.#counting);
      const weights = broadcastTo(weight.rank > 1 ? flat(weight) : weight, t.dims);
      const n = this.numClasses;
      const known = logicalAnd(inside(t, n), inside(p, n));
      const counts = this.ignoreClass === null ? known : logicalAnd(known, notEqual(t, this.ignoreClass));
      // Sums leave out rows of segment −1.
      const cells = unsortedSegmentSum(weights, where(counts, add(mul(t, n), p), -1), n * n);
      this.totalConfusionMatrix.assign(add(this.totalConfusionMatrix, reshape(cells, [n, n])));
    });
  }

  override result(): Tensor {
    const matrix = cast(this.totalConfusionMatrix.value, "float32");
    const hits = sum(mul(matrix, eye(this.numClasses)), { axis: 0 });
    const union = sub(add(sum(matrix, { axis: 0 }), sum(matrix, { axis: 1 })), hits);
    const [common, all] = [hits, union].map((x) => gather(x, this.#targets));
    const occurs = greater(all!, 1e-9);
    const ratios = where(occurs, div(common!, add(all!, EPSILON)), 0);
    return div(sum(ratios), add(sum(cast(occurs, "float32")), EPSILON));
  }
}
const flat = (x: Tensor): Tensor => reshape(x, [-1]);
const inside = (x: Tensor, n: number): Tensor => logicalAnd(greaterEqual(x, 0), less(x, n));

/** IoU of a threshold's two sides. */
export class BinaryIoU extends IoU {
  readonly threshold: number;

  constructor(options: BinaryIoUOptions = {}) {
    super({ ...options, numClasses: 2, targetClassIds: options.targetClassIds ?? [0, 1] });
    this.threshold = options.threshold ?? 0.5;
  }
  override get className(): string {
    return "BinaryIoU";
  }
  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => super.updateState(yTrue, cast(greaterEqual(cast(yPred, "float32"), this.threshold), "int32"), sampleWeight));
  }
  override getConfig(): Config {
    return configOf(this, ["targetClassIds", "threshold", "name", "dtype"]);
  }
}

/** IoU of all classes. */
export class MeanIoU extends IoU {
  constructor(options: MeanIoUOptions) {
    super({ ...options, targetClassIds: [...Array(options.numClasses).keys()] });
  }
  override get className(): string {
    return "MeanIoU";
  }
  override getConfig(): Config {
    return configOf(this, ["numClasses", "name", "dtype", "ignoreClass", "sparseYTrue", "sparseYPred", "axis"]);
  }
}

/** IoU of one-hot labels. */
export class OneHotIoU extends IoU {
  constructor(options: OneHotIoUOptions) {
    super({ ...options, sparseYTrue: false, sparseYPred: options.sparseYPred ?? false });
  }
  override get className(): string {
    return "OneHotIoU";
  }
  override getConfig(): Config {
    return configOf(this, ["numClasses", "targetClassIds", "name", "dtype", "ignoreClass", "sparseYPred", "axis"]);
  }
}

/** IoU of all classes of one-hot labels. */
export class OneHotMeanIoU extends MeanIoU {
  constructor(options: OneHotMeanIoUOptions) {
    super({ ...options, sparseYTrue: false, sparseYPred: options.sparseYPred ?? false });
  }
  override get className(): string {
    return "OneHotMeanIoU";
  }
  override getConfig(): Config {
    return configOf(this, ["numClasses", "name", "dtype", "ignoreClass", "sparseYPred", "axis"]);
  }
}
