/** Mean: the running mean of values, and the base of metrics that are means of a function. */
import { add, broadcastTo, cast, divNoNan, mean, mul, sizeOfAxes, sum, type Tensor, tidy, type Variable } from "@antler/tensor-core";
import { maskOf } from "../masks.ts";
import { matchRanks } from "../ranks.ts";
import { Metric, type MetricOptions } from "./metric.ts";

/** The state and arithmetic of a running, weighted mean. */
abstract class RunningMean extends Metric {
  /** The weighted sum so far. */
  readonly total: Variable;
  /** The sum of the weights so far. */
  readonly count: Variable;

  constructor(options: MetricOptions = {}) {
    super(options);
    this.total = this.addVariable({ name: "total" });
    this.count = this.addVariable({ name: "count" });
  }
  /** Each first index is one sample; what is behind it is averaged first. */
  protected accumulate(given: Tensor, sampleWeight?: Tensor): void {
    let values = cast(given, this.dtype);
    let count: Tensor | number = 1;
    if (sampleWeight) {
      const [v, w] = matchRanks(values, cast(sampleWeight, this.dtype));
      const rest = [...v.dims.keys()].slice(w.rank);
      values = rest.length ? mean(v, { axis: rest }) : v;
      const weights = broadcastTo(w, values.dims);
      values = perSample(mul(values, weights));
      count = sum(perSample(weights));
    } else {
      values = perSample(values);
      if (values.rank > 0) count = sizeOfAxes(values, [0]);
    }
    this.total.assign(add(this.total, sum(values)));
    this.count.assign(add(this.count, count));
  }
  override result(): Tensor {
    return divNoNan(this.total, this.count);
  }
}
const perSample = (x: Tensor): Tensor => (x.rank > 1 ? mean(x, { axis: [...x.dims.keys()].slice(1) }) : x);

/**
 * The running mean of the values it is given.
 * @example
 * const m = metrics.mean();
 * m.updateState(tensor([1, 3]));
 * await m.result().data(); // [2]
 */
export class Mean extends RunningMean {
  constructor(options: MetricOptions = {}) {
    super({ name: "mean", ...options });
  }
  override get className(): string {
    return "Mean";
  }
  /** @param values a scalar, or samples along the first axis */
  override updateState(values: Tensor, sampleWeight?: Tensor): void {
    tidy(() => this.accumulate(values, sampleWeight));
  }
}

/** From labels and predictions to one value a sample. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** The running mean of a function of labels and predictions. */
export class MeanMetricWrapper extends RunningMean {
  readonly #fn: MetricFunction;

  constructor(fn: MetricFunction, options: MetricOptions = {}) {
    super(options);
    this.#fn = fn;
  }
  override get className(): string {
    return "MeanMetricWrapper";
  }
  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => {
      const values = this.#fn(yTrue, yPred);
      const mask = maskOf(yPred);
      const weight = mask ? (sampleWeight ? mul(cast(mask, this.dtype), sampleWeight) : cast(mask, this.dtype)) : sampleWeight;
      this.accumulate(values, weight);
    });
  }
}
