/** The base of metrics that are made of counts of right and wrong decisions. */
import { add, cast, divNoNan, reshape, type Tensor, tidy, type Variable } from "@antler/tensor-core";
import { snakeCase } from "../../naming.ts";
import { Metric, type MetricOptions } from "../metric.ts";
import { type CountOptions, countsOf, type Kind, type Selection } from "./counts.ts";
import { areEven } from "./thresholds.ts";

/** What a metric counts, and how. */
interface Counting extends Selection {
  readonly thresholds: readonly number[];
  readonly kinds: readonly Kind[];
}

export abstract class ConfusionMetric extends Metric {
  readonly topK: number | null;
  readonly classId: number | null;
  /** The counts so far, of each kind and for each threshold. */
  protected readonly counts: Partial<Record<Kind, Variable>> = {};
  protected readonly kinds: readonly Kind[];
  readonly #how: Pick<CountOptions, "thresholds" | "fromBelowZero">;

  constructor(options: MetricOptions, { thresholds, kinds, topK = null, classId = null }: Counting) {
    super(options);
    this.topK = topK;
    this.classId = classId;
    this.kinds = kinds;
    this.#how = areEven(thresholds)
      ? { thresholds: thresholds.length, fromBelowZero: thresholds[0]! < 0 }
      : { thresholds: this.addConstant([...thresholds]) };
  }
  /** Makes the variables of the counts. */
  protected addCounts(shape: readonly number[]): void {
    for (const kind of this.kinds) this.counts[kind] = this.addVariable({ name: snakeCase(kind), shape });
  }

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => this.count(yTrue, cast(yPred, this.dtype), { sampleWeight: sampleWeight && cast(sampleWeight, this.dtype) }));
  }
  protected count(yTrue: Tensor, yPred: Tensor, options: Partial<CountOptions>): void {
    const { topK, classId } = this;
    const more = countsOf(this.kinds, yTrue, yPred, { ...this.#how, topK, classId, ...options });
    this.kinds.forEach((kind, i) => {
      const counted = this.counts[kind]!;
      counted.assign(add(counted, more[i]!));
    });
  }

  /** The part that decisions of one kind are of those of two; 0 of none. */
  protected share(part: Kind, other: Kind): Tensor {
    const [a, b] = [this.counts[part]!, this.counts[other]!];
    return divNoNan(a, add(a, b));
  }
}

/** A vector of one element as a scalar. */
export const scalarOfOne = (x: Tensor): Tensor => (x.dims[0] === 1 ? reshape(x, []) : x);
