/** Mean and Sum: running reductions of values, and the base of all metrics that are means. */
import { add, broadcastTo, cast, divNoNan, mean, mul, sizeOfAxes, sum, type Tensor, tidy, type Variable } from "@antler/tensor-core";
import { maskedWeight } from "../losses/loss.ts";
import { maskOf } from "../masks.ts";
import { matchRanks } from "../ranks.ts";
import { Metric, type MetricOptions } from "./metric.ts";

type Reduce = typeof mean;

/** One weighted value a sample, and what it counts. What lies behind the weights' axes is reduced before they are applied. */
function samplewise(metric: Metric, given: Tensor, sampleWeight: Tensor | undefined, reduce: Reduce): readonly [Tensor, Tensor?] {
  const values = cast(given, metric.dtype);
  const weight = sampleWeight && maskedWeight(sampleWeight, maskOf(given), metric.dtype, "sum");
  if (!weight) return [behind(values, 1, reduce)];
  const [matched, w] = matchRanks(values, weight);
  const covered = behind(matched, w.rank, reduce);
  const weights = broadcastTo(w, covered.dims);
  return [behind(mul(covered, weights), 1, reduce), behind(weights, 1, reduce)];
}
/** x with the axes from `first` on reduced. */
const behind = (x: Tensor, first: number, reduce: Reduce): Tensor =>
  x.rank > first ? reduce(x, { axis: [...x.dims.keys()].slice(first) }) : x;

/** The state and arithmetic of a running, weighted mean. */
export abstract class RunningMean extends Metric {
  /** The weighted sum so far. */
  readonly total: Variable;
  /** The sum of the weights so far. */
  readonly count: Variable;

  constructor(options: MetricOptions = {}) {
    super(options);
    this.total = this.addVariable({ name: "total" });
    this.count = this.addVariable({ name: "count" });
  }
  /** Each first index is one sample. */
  protected accumulate(given: Tensor, sampleWeight?: Tensor): void {
    const [values, weights] = samplewise(this, given, sampleWeight, mean);
    this.total.assign(add(this.total, sum(values)));
    this.count.assign(add(this.count, weights ? sum(weights) : values.rank ? sizeOfAxes(values, [0]) : 1));
  }
  override result(): Tensor {
    return divNoNan(this.total, this.count);
  }
}

/**
 * The running mean of the values it is given.
 * @example
 * const m = metrics.mean();
 * m.updateState(tensor([1, 3]));
 * await m.result().data(); // [2]
 */
export class Mean extends RunningMean {
  constructor(options: MetricOptions = {}) {
    super({ ...options, name: options.name ?? "mean" });
  }
  override get className(): string {
    return "Mean";
  }
  /** @param values a scalar, or samples along the first axis */
  override updateState(values: Tensor, sampleWeight?: Tensor): void {
    tidy(() => this.accumulate(values, sampleWeight));
  }
}

/**
 * The running sum of the values it is given.
 * @example
 * const m = metrics.sum();
 * m.updateState(tensor([1, 3]));
 * await m.result().data(); // [4]
 */
export class Sum extends Metric {
  readonly total: Variable;

  constructor(options: MetricOptions = {}) {
    super({ ...options, name: options.name ?? "sum" });
    this.total = this.addVariable({ name: "total" });
  }
  override get className(): string {
    return "Sum";
  }
  /** @param values a scalar, or samples along the first axis */
  override updateState(values: Tensor, sampleWeight?: Tensor): void {
    tidy(() => {
      this.total.assign(add(this.total, sum(samplewise(this, values, sampleWeight, sum)[0])));
    });
  }
  override result(): Tensor {
    return this.total.value;
  }
}
