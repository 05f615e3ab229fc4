/** The best of one measure where another reaches a value: over many thresholds. */
import { greaterEqual, max, maximum, type Tensor, ValueError, where } from "@antler/tensor-core";
import { type Config, configOf } from "../../serialization/config.ts";
import type { MetricOptions } from "../metric.ts";
import { ConfusionMetric } from "./confusion-metric.ts";
import type { Kind } from "./counts.ts";
import { evenThresholds } from "./thresholds.ts";

interface AtOptions extends MetricOptions {
  /** How many thresholds are tried. Default 200. */
  readonly numThresholds?: number | undefined;
  /** Only this class is counted. Default null: all. */
  readonly classId?: number | null | undefined;
}
export interface SensitivityAtSpecificityOptions extends AtOptions {
  /** What must be reached. */
  readonly specificity: number;
}
export interface SpecificityAtSensitivityOptions extends AtOptions {
  /** What must be reached. */
  readonly sensitivity: number;
}
export interface PrecisionAtRecallOptions extends AtOptions {
  /** What must be reached. */
  readonly recall: number;
}
export interface RecallAtPrecisionOptions extends AtOptions {
  /** What must be reached. */
  readonly precision: number;
}

/** A part, and what it is a part of besides itself. */
type Measure = readonly [Kind, Kind];
const sensitivity: Measure = ["truePositives", "falseNegatives"];
const specificity: Measure = ["trueNegatives", "falsePositives"];
const precision: Measure = ["truePositives", "falsePositives"];

abstract class BestAt extends ConfusionMetric {
  readonly numThresholds: number;
  readonly #best: Measure;
  readonly #bound: Measure;
  readonly #option: string;
  readonly #value: number;

  /** @param option what the value to be reached is called */
  constructor(options: AtOptions, best: Measure, bound: Measure, option: string) {
    const { numThresholds = 200, classId } = options;
    const value = (options as Readonly<Record<string, unknown>>)[option] as number;
    const thresholds = numThresholds === 1 ? [0.5] : evenThresholds(numThresholds);
    super(options, { thresholds, kinds: ["truePositives", "trueNegatives", "falsePositives", "falseNegatives"], classId });
    if (!(numThresholds > 0)) throw new ValueError(this.className, `numThresholds must be positive, got ${numThresholds}`);
    if (!(value >= 0 && value <= 1)) throw new ValueError(this.className, `the value to be reached must lie between 0 and 1, got ${value}`);
    this.numThresholds = numThresholds;
    this.#best = best;
    this.#bound = bound;
    this.#option = option;
    this.#value = value;
    Object.assign(this, { [option]: value });
    this.addCounts([numThresholds]);
  }
  override result(): Tensor {
    const reached = greaterEqual(this.share(...this.#bound), this.#value);
    return maximum(max(where(reached, this.share(...this.#best), 0)), 0);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["classId", "numThresholds"]), [this.#option]: this.#value };
  }
}

/** The best sensitivity, `TP / (TP + FN)`, where the specificity, `TN / (TN + FP)`, is at least a value. */
export class SensitivityAtSpecificity extends BestAt {
  override readonly direction = "up";
  declare readonly specificity: number;
  constructor(options: SensitivityAtSpecificityOptions) {
    super(options, sensitivity, specificity, "specificity");
  }
  override get className(): string {
    return "SensitivityAtSpecificity";
  }
}
/** The best specificity, `TN / (TN + FP)`, where the sensitivity, `TP / (TP + FN)`, is at least a value. */
export class SpecificityAtSensitivity extends BestAt {
  override readonly direction = "up";
  declare readonly sensitivity: number;
  constructor(options: SpecificityAtSensitivityOptions) {
    super(options, specificity, sensitivity, "sensitivity");
  }
  override get className(): string {
    return "SpecificityAtSensitivity";
  }
}
/** The best precision, `TP / (TP + FP)`, where the recall, `TP / (TP + FN)`, is at least a value. */
export class PrecisionAtRecall extends BestAt {
  override readonly direction = "up";
  declare readonly recall: number;
  constructor(options: PrecisionAtRecallOptions) {
    super(options, precision, sensitivity, "recall");
  }
  override get className(): string {
    return "PrecisionAtRecall";
  }
}
/** The best recall, `TP / (TP + FN)`, where the precision, `TP / (TP + FP)`, is at least a value. */
export class RecallAtPrecision extends BestAt {
  override readonly direction = "up";
  declare readonly precision: number;
  constructor(options: RecallAtPrecisionOptions) {
    super(options, sensitivity, precision, "precision");
  }
  override get className(): string {
    return "RecallAtPrecision";
  }
}
