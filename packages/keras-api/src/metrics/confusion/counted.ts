/** Metrics that are counts, or a quotient of two, for each threshold. */
import type { Tensor } from "@antler/tensor-core";
import { type Config, configOf } from "../../serialization/config.ts";
import type { MetricOptions } from "../metric.ts";
import { ConfusionMetric, scalarOfOne } from "./confusion-metric.ts";
import { type Kind, LOWEST, type Selection } from "./counts.ts";
import { checkThresholds, type ThresholdsLike, thresholdsOf } from "./thresholds.ts";

export interface ThresholdsOptions extends MetricOptions {
  /** Predictions above it mean 1; several give several values. Default 0.5. */
  readonly thresholds?: ThresholdsLike | undefined;
}

abstract class Count extends ConfusionMetric {
  readonly thresholds: ThresholdsLike;
  constructor(kind: Kind, options: ThresholdsOptions) {
    const given = options.thresholds ?? null;
    const thresholds = thresholdsOf(given, 0.5);
    super(options, { thresholds, kinds: [kind] });
    checkThresholds(this.className, given);
    this.thresholds = given;
    this.addCounts([thresholds.length]);
  }
  override result(): Tensor {
    return scalarOfOne(this.counts[this.kinds[0]!]!.value);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["thresholds"]) };
  }
}
/** How many positive predictions are wrong. */
export class FalsePositives extends Count {
  constructor(options: ThresholdsOptions = {}) {
    super("falsePositives", options);
  }
  override get className(): string {
    return "FalsePositives";
  }
}
/** How many negative predictions are wrong. */
export class FalseNegatives extends Count {
  constructor(options: ThresholdsOptions = {}) {
    super("falseNegatives", options);
  }
  override get className(): string {
    return "FalseNegatives";
  }
}
/** How many negative predictions are right. */
export class TrueNegatives extends Count {
  constructor(options: ThresholdsOptions = {}) {
    super("trueNegatives", options);
  }
  override get className(): string {
    return "TrueNegatives";
  }
}
/** How many positive predictions are right. */
export class TruePositives extends Count {
  constructor(options: ThresholdsOptions = {}) {
    super("truePositives", options);
  }
  override get className(): string {
    return "TruePositives";
  }
}

export interface PrecisionOptions extends ThresholdsOptions, Selection {}

abstract class Share extends ConfusionMetric {
  readonly thresholds: ThresholdsLike;
  constructor(other: Kind, options: PrecisionOptions) {
    const { topK = null, classId = null } = options;
    const given = options.thresholds ?? null;
    // Of the k largest predictions all are positive, however small.
    const thresholds = thresholdsOf(given, topK === null ? 0.5 : LOWEST);
    super(options, { thresholds, kinds: ["truePositives", other], topK, classId });
    checkThresholds(this.className, given);
    this.thresholds = given;
    this.addCounts([thresholds.length]);
  }
  override result(): Tensor {
    return scalarOfOne(this.share("truePositives", this.kinds[1]!));
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this, ["thresholds", "topK", "classId"]) };
  }
}
/** Which part of positive predictions is right: `TP / (TP + FP)`. */
export class Precision extends Share {
  override readonly direction = "up";
  constructor(options: PrecisionOptions = {}) {
    super("falsePositives", options);
  }
  override get className(): string {
    return "Precision";
  }
}
/** Which part of positive labels is found: `TP / (TP + FN)`. */
export class Recall extends Share {
  override readonly direction = "up";
  constructor(options: PrecisionOptions = {}) {
    super("falseNegatives", options);
  }
  override get className(): string {
    return "Recall";
  }
}
