/** F-scores: the harmonic mean of precision and recall, for labels `[batch, classes]`. */
import {
  abs,
  add,
  cast,
  div,
  expandDims,
  greater,
  greaterEqual,
  known,
  logicalAnd,
  max,
  mean,
  mul,
  ShapeError,
  sub,
  sum,
  type Tensor,
  tidy,
  ValueError,
  type Variable,
} from "@antler/tensor-core";
import { EPSILON } from "../losses/functions/shared.ts";
import { checkOneOf } from "../parameters.ts";
import type { Config } from "../serialization/config.ts";
import { Metric, type MetricOptions } from "./metric.ts";

/** Over which of them: all decisions together, classes alike, classes by how often they are; null keeps classes apart. */
export type Average = "micro" | "macro" | "weighted" | null;

export interface F1ScoreOptions extends MetricOptions {
  /** Default null. */
  readonly average?: Average | undefined;
  /** Predictions above it mean 1. Default null: the largest of each sample means 1. */
  readonly threshold?: number | null | undefined;
}
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How much more recall counts than precision. Default 1. */
  readonly beta?: number | undefined;
}

interface State {
  readonly truePositives: Variable;
  readonly falsePositives: Variable;
  readonly falseNegatives: Variable;
  /** How often each class is the label. */
  readonly weights: Variable;
}

/** `(1 + β²) · precision · recall / (β² · precision + recall)`. */
export class FBetaScore extends Metric {
  override readonly direction = "up";
  declare readonly average: Average;
  declare readonly beta: number;
  declare readonly threshold: number | null;
  #state: State | undefined;

  constructor(options: FBetaScoreOptions = {}) {
    super({ ...options, name: options.name ?? "fbeta_score" });
    this.take(options, { average: null, beta: 1, threshold: null });
    const { average, beta, threshold } = this;
    checkOneOf(this.className, "average", average, ["micro", "macro", "weighted", null]);
    if (!(beta > 0)) throw new ValueError(this.className, `beta must be positive, got ${beta}`);
    if (threshold !== null && !(threshold > 0 && threshold <= 1)) {
      throw new ValueError(this.className, `the threshold must lie above 0 and be at most 1, got ${threshold}`);
    }
  }
  override get className(): string {
    return "FBetaScore";
  }

  #build(yTrue: Tensor, yPred: Tensor): State {
    if (yTrue.rank !== 2 || yPred.rank !== 2) {
      throw new ShapeError(this.className, "takes labels and predictions [batch, classes]", { got: [yTrue.spec, yPred.spec] });
    }
    const shape = this.average === "micro" ? [] : [known(this.className, yPred.dims[1]!)];
    const variable = (name: string): Variable => this.addVariable({ name, shape });
    return {
      truePositives: variable("true_positives"),
      falsePositives: variable("false_positives"),
      falseNegatives: variable("false_negatives"),
      weights: variable("intermediate_weights"),
    };
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => {
      const [t, p] = [cast(yTrue, this.dtype), cast(yPred, this.dtype)];
      const state = (this.#state ??= this.#build(t, p));
      const said = cast(this.#positive(p), this.dtype);
      const weight = sampleWeight && expandDims(cast(sampleWeight, this.dtype), 1);
      const axis = this.average === "micro" ? undefined : 0;
      const accumulate = (v: Variable, x: Tensor): unknown => v.assign(add(v, sum(weight ? mul(x, weight) : x, { axis })));
      accumulate(state.truePositives, mul(said, t));
      accumulate(state.falsePositives, mul(said, sub(1, t)));
      accumulate(state.falseNegatives, mul(sub(1, said), t));
      accumulate(state.weights, t);
    });
  }
  /** Which classes are predicted; of a row of zeros none. */
  #positive(p: Tensor): Tensor {
    if (this.threshold !== null) return greater(p, this.threshold);
    return logicalAnd(greaterEqual(p, max(p, { axis: -1, keepDims: true })), greater(abs(p), 1e-9));
  }

  override result(): Tensor {
    const state = this.#state;
    if (!state) throw new ValueError(this.className, "has no result before its first batch");
    const { truePositives: tp, falsePositives: fp, falseNegatives: fn, weights } = state;
    const ratio = (part: Tensor | Variable, whole: Tensor): Tensor => div(part, add(whole, EPSILON));
    const [precision, recall] = [ratio(tp, add(tp, fp)), ratio(tp, add(tp, fn))];
    const square = this.beta ** 2;
    const scores = mul(ratio(mul(precision, recall), add(mul(precision, square), recall)), 1 + square);
    if (this.average === null) return scores;
    return this.average === "weighted" ? sum(mul(scores, ratio(weights, sum(weights)))) : mean(scores);
  }
}

/** `2 · precision · recall / (precision + recall)`. */
export class F1Score extends FBetaScore {
  constructor(options: F1ScoreOptions = {}) {
    super({ ...options, beta: 1, name: options.name ?? "f1_score" });
  }
  override get className(): string {
    return "F1Score";
  }
  override getConfig(): Config {
    const { beta: _, ...config } = super.getConfig();
    return config;
  }
}
