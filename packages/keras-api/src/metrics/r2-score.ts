/** R2Score: which part of the labels' variance the predictions explain. */
import {
  add,
  broadcastTo,
  cast,
  div,
  expandDims,
  greater,
  isInf,
  known,
  mean,
  mul,
  onesLike,
  ShapeError,
  sizeOfAxes,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  tidy,
  ValueError,
  type Variable,
  where,
} from "@antler/tensor-core";
import { paired } from "../losses/functions/shared.ts";
import { checkOneOf } from "../parameters.ts";
import { Metric, type MetricOptions } from "./metric.ts";

export interface R2ScoreOptions extends MetricOptions {
  /** How the scores of several outputs become one; null keeps them apart. Default "uniform_average". */
  readonly classAggregation?: "uniform_average" | "variance_weighted_average" | null | undefined;
  /** How many independent variables the predictions are made of: not 0 gives the adjusted score. Default 0. */
  readonly numRegressors?: number | undefined;
}

interface State {
  readonly squaredSum: Variable;
  readonly sum: Variable;
  readonly residual: Variable;
  readonly count: Variable;
}

/** `1 − Σ(t − p)² / Σ(t − mean t)²`, 1 at best: labels and predictions `[batch, outputs]`. */
export class R2Score extends Metric {
  override readonly direction = "up";
  declare readonly classAggregation: "uniform_average" | "variance_weighted_average" | null;
  declare readonly numRegressors: number;
  readonly numSamples: Variable;
  #state: State | undefined;

  constructor(options: R2ScoreOptions = {}) {
    super({ ...options, name: options.name ?? "r2_score" });
    this.take(options, { classAggregation: "uniform_average", numRegressors: 0 });
    const { classAggregation, numRegressors } = this;
    checkOneOf("R2Score", "classAggregation", classAggregation, ["uniform_average", "variance_weighted_average", null]);
    if (numRegressors < 0) throw new ValueError("R2Score", `numRegressors must not be negative, got ${numRegressors}`);
    this.numSamples = this.addVariable({ name: "num_samples" });
  }
  override get className(): string {
    return "R2Score";
  }

  #build(yTrue: Tensor, yPred: Tensor): State {
    if (yTrue.rank !== 2 || yPred.rank !== 2) {
      throw new ShapeError("R2Score", "takes labels and predictions [batch, outputs]", { got: [yTrue.spec, yPred.spec] });
    }
    const shape = [known("R2Score", yPred.dims[1]!)];
    const variable = (name: string): Variable => this.addVariable({ name, shape });
    return { squaredSum: variable("squared_sum"), sum: variable("sum"), residual: variable("residual"), count: variable("count") };
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => {
      const [t, p] = paired(yTrue, cast(yPred, this.dtype));
      const state = (this.#state ??= this.#build(t, p));
      const given = sampleWeight ? cast(sampleWeight, this.dtype) : onesLike(t);
      const weight = broadcastTo(given.rank === 1 ? expandDims(given, 1) : given, t.dims);
      const accumulate = (v: Variable, x: Tensor): unknown => v.assign(add(v, sum(x, { axis: 0 })));
      accumulate(state.sum, mul(t, weight));
      accumulate(state.squaredSum, mul(t, mul(t, weight)));
      accumulate(state.residual, mul(squaredDifference(t, p), weight));
      accumulate(state.count, weight);
      this.numSamples.assign(add(this.numSamples, sizeOfAxes(t, [0, 1])));
    });
  }

  override result(): Tensor {
    const state = this.#state;
    if (!state) throw new ValueError("R2Score", "has no result before its first batch");
    const total = sub(state.squaredSum, div(mul(state.sum, state.sum), state.count));
    const raw = sub(1, div(state.residual, total));
    return this.#adjusted(this.#aggregated(where(isInf(raw), 0, raw), total));
  }
  #aggregated(scores: Tensor, total: Tensor): Tensor {
    if (this.classAggregation === null) return scores;
    return this.classAggregation === "uniform_average" ? mean(scores) : div(sum(mul(total, scores)), sum(total));
  }
  /** The score less what as many regressors explain by chance; unchanged where there are too few samples. */
  #adjusted(score: Tensor): Tensor {
    const p = this.numRegressors;
    if (p === 0) return score;
    const free = sub(this.numSamples, p + 1);
    const adjusted = sub(1, div(mul(sub(1, score), sub(this.numSamples, 1)), free));
    return where(greater(free, 0), adjusted, score);
  }
}
