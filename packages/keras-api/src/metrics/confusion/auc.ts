/** AUC: the area under a curve that goes from threshold to threshold. */
import {
  add,
  div,
  divNoNan,
  equal,
  greater,
  known,
  log,
  logicalAnd,
  maximum,
  mean,
  minimum,
  mul,
  sigmoid,
  slice,
  sub,
  sum,
  type Tensor,
  ValueError,
  type Variable,
  where,
} from "@antler/tensor-core";
import { EPSILON } from "../../losses/functions/shared.ts";
import { checkOneOf } from "../../parameters.ts";
import { type Config, configOf } from "../../serialization/config.ts";
import type { MetricOptions } from "../metric.ts";
import { ConfusionMetric } from "./confusion-metric.ts";
import type { CountOptions, Kind } from "./counts.ts";
import { checkThresholds, evenThresholds } from "./thresholds.ts";

/** Recall over false positives; precision over recall; or both of these as gains over always saying yes. */
export type Curve = "ROC" | "PR" | "PRGAIN";
/** Between two thresholds: the mean of both heights, the larger, or the smaller. */
export type SummationMethod = "interpolation" | "majoring" | "minoring";

export interface AUCOptions extends MetricOptions {
  /** How many thresholds the curve has. Default 200. */
  readonly numThresholds?: number | undefined;
  /** Default "ROC". */
  readonly curve?: Curve | undefined;
  /** Default "interpolation", for PR that of Davis and Goadrich 2006 (https://doi.org/10.1145/1143844.1143874). */
  readonly summationMethod?: SummationMethod | undefined;
  /** Thresholds of your own, without 0 and 1. Default null. */
  readonly thresholds?: readonly number[] | null | undefined;
  /** Whether each column of predictions has a curve of its own; their areas are averaged. Default false. */
  readonly multiLabel?: boolean | undefined;
  /** How many columns there are; otherwise the first batch tells. */
  readonly numLabels?: number | null | undefined;
  /** What each column counts. Default null: the same. */
  readonly labelWeights?: readonly number[] | null | undefined;
  /** Predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean | undefined;
}

const curves: readonly Curve[] = ["ROC", "PR", "PRGAIN"];
const methods: readonly SummationMethod[] = ["interpolation", "majoring", "minoring"];

/** The area under the ROC or precision-recall curve: 1 at best, for ROC 0.5 by chance. */
export class AUC extends ConfusionMetric {
  override readonly direction = "up";
  readonly numThresholds: number;
  readonly curve: Curve;
  readonly summationMethod: SummationMethod;
  readonly multiLabel: boolean;
  readonly numLabels: number | null;
  readonly labelWeights: readonly number[] | null;
  readonly fromLogits: boolean;
  /** Those that were given, without 0 and 1. */
  readonly thresholds: readonly number[] | null;
  readonly #labelWeights: Variable | undefined;

  constructor(options: AUCOptions = {}) {
    const { curve = "ROC", summationMethod = "interpolation", numThresholds = 200, thresholds = null } = options;
    const own = thresholds && [...thresholds].sort((a, b) => a - b);
    checkThresholds("AUC", own);
    if (!own && !(numThresholds > 1)) throw new ValueError("AUC", `numThresholds must be greater than 1, got ${numThresholds}`);
    // Just outside [0, 1], so that the first threshold lies below 0 and the last not below 1.
    const inner = own ?? evenThresholds(numThresholds).slice(1, -1);
    super(options, {
      thresholds: [-EPSILON, ...inner, 1 + EPSILON],
      kinds: ["truePositives", "trueNegatives", "falsePositives", "falseNegatives"],
    });
    this.numThresholds = inner.length + 2;
    this.thresholds = own;
    this.curve = curve.toUpperCase() as Curve;
    this.summationMethod = summationMethod.toLowerCase() as SummationMethod;
    checkOneOf("AUC", "curve", this.curve, curves);
    checkOneOf("AUC", "summationMethod", this.summationMethod, methods);
    this.multiLabel = options.multiLabel ?? false;
    this.numLabels = options.numLabels ?? null;
    this.labelWeights = options.labelWeights ?? null;
    this.fromLogits = options.fromLogits ?? false;
    this.#labelWeights = this.labelWeights ? this.addConstant([...this.labelWeights]) : undefined;
    if (this.numLabels && !this.multiLabel) throw new ValueError("AUC", "numLabels is only for multiLabel");
    if (!this.multiLabel) this.addCounts([this.numThresholds]);
    else if (this.numLabels) this.addCounts([this.numThresholds, this.numLabels]);
  }
  override get className(): string {
    return "AUC";
  }

  protected override count(yTrue: Tensor, yPred: Tensor, options: Partial<CountOptions>): void {
    const { multiLabel } = this;
    if (!this.counts.truePositives) this.addCounts([this.numThresholds, known("AUC", yPred.dims.at(-1)!)]);
    const labelWeights = multiLabel ? undefined : this.#labelWeights;
    super.count(yTrue, this.fromLogits ? sigmoid(yPred) : yPred, { ...options, multiLabel, labelWeights });
  }

  override result(): Tensor {
    if (!this.counts.truePositives) throw new ValueError("AUC", "has no result before its first batch", { hint: "Or give numLabels." });
    const parts = this.curve === "PR" && this.summationMethod === "interpolation" ? this.#interpolated() : this.#summed();
    const areas = sum(parts, { axis: 0 });
    const weights = this.#labelWeights;
    if (!this.multiLabel) return areas;
    return weights ? divNoNan(sum(mul(areas, weights)), sum(weights)) : mean(areas);
  }
  /** Between two thresholds, true positives go with all positives along a line. */
  #interpolated(): Tensor {
    const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = this.counts as Record<Kind, Variable>;
    const said = add(tp, fp);
    const slope = divNoNan(steps(tp.value), maximum(steps(said), 0));
    const intercept = sub(later(tp.value), mul(slope, later(said)));
    const both = logicalAnd(greater(earlier(said), 0), greater(later(said), 0));
    const ratio = where(both, divNoNan(earlier(said), maximum(later(said), 0)), 1);
    const area = mul(slope, add(steps(tp.value), mul(intercept, log(ratio))));
    return divNoNan(area, maximum(add(later(tp.value), later(fn.value)), 0));
  }
  #summed(): Tensor {
    const [x, y] = this.curve === "PRGAIN" ? this.#gains() : this.#rates();
    const [a, b] = [earlier(y), later(y)];
    const heights = { interpolation: () => div(add(a, b), 2), majoring: () => maximum(a, b), minoring: () => minimum(a, b) };
    return mul(steps(x), heights[this.summationMethod]());
  }
  #rates(): readonly [Tensor, Tensor] {
    const recall = this.share("truePositives", "falseNegatives");
    if (this.curve === "PR") return [recall, this.share("truePositives", "falsePositives")];
    return [this.share("falsePositives", "trueNegatives"), recall];
  }
  /** Flach and Kull 2015 (Precision-Recall-Gain Curves: PR Analysis Done Right). */
  #gains(): readonly [Tensor, Tensor] {
    const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = this.counts as Record<Kind, Variable>;
    const odds = divNoNan(add(tp, fn), add(tn, fp));
    const gain = (wrong: Variable, none: number): Tensor => where(equal(tp, 0), none, sub(1, mul(odds, divNoNan(wrong, tp))));
    return [maximum(gain(fn, 0), 0), gain(fp, 1)];
  }

  override getConfig(): Config {
    const own = ["numThresholds", "curve", "summationMethod", "multiLabel", "numLabels", "labelWeights", "fromLogits"] as const;
    return { ...super.getConfig(), ...configOf(this, own), ...(this.thresholds && configOf(this, ["thresholds"])) };
  }
}

/** The values at all thresholds but the last, at all but the first, and how they fall. */
const earlier = (x: Tensor): Tensor => slice(x, [0], [(x.dims[0] as number) - 1, ...x.dims.slice(1)]);
const later = (x: Tensor): Tensor => slice(x, [1]);
const steps = (x: Tensor): Tensor => sub(earlier(x), later(x));
