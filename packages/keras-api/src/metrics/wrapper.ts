/** Metrics that are means of a function of labels and predictions: the common base of ours, and the wrapper for yours. */
import { type Tensor, tidy } from "@antler/tensor-core";
import type { PairFunction } from "../losses/functions/shared.ts";
import { maskedWeight } from "../losses/loss.ts";
import { maskOf } from "../masks.ts";
import { snakeCase } from "../naming.ts";
import { parametersOf } from "../parameters.ts";
import { type Config, configOf, type Serialized, serialize } from "../serialization/config.ts";
import { functionOf } from "../serialization/functions.ts";
import * as functions from "./functions/index.ts";
import type { MetricOptions } from "./metric.ts";
import { RunningMean } from "./reduction.ts";

/** From labels and predictions to one value a sample. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** The running mean of a function's values. */
abstract class MeanOf extends RunningMean {
  protected abstract values(yTrue: Tensor, yPred: Tensor): Tensor;

  override updateState(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
    tidy(() => this.accumulate(this.values(yTrue, yPred), maskedWeight(sampleWeight, maskOf(yPred), this.dtype, "sum")));
  }
}

/** A metric that is the mean of one of our functions. */
export abstract class FunctionMetric<O extends object = object> extends MeanOf {
  /** What the function is given last: the options of the metric that are its own. */
  readonly parameters: O;
  readonly #fn: PairFunction<O>;

  constructor(fn: PairFunction<O>, name: string, options: MetricOptions & O, defaults: O = {} as O) {
    super({ ...options, name: options.name ?? name });
    this.#fn = fn;
    this.parameters = parametersOf<O>(options, defaults);
  }
  protected override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#fn(yTrue, yPred, this.parameters);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this.parameters, Object.keys(this.parameters) as (keyof O)[]) };
  }
}

/**
 * The running mean of a function of your own.
 * @example
 * new metrics.MeanMetricWrapper((yTrue, yPred) => abs(sub(yTrue, yPred)), { name: "distance" });
 */
export class MeanMetricWrapper extends MeanOf {
  readonly fn: MetricFunction;

  constructor(fn: MetricFunction, options: MetricOptions = {}) {
    super(options);
    this.fn = fn;
  }
  static fromConfig({ fn, ...options }: MetricOptions & { readonly fn: MetricFunction | string | Serialized }): MeanMetricWrapper {
    return new MeanMetricWrapper(functionOf<MetricFunction>("metrics", fn, functions), options);
  }
  override get className(): string {
    return "MeanMetricWrapper";
  }
  protected override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.fn(yTrue, yPred);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), fn: serialize(this.fn) };
  }
}
/** A function as a metric that is called like it. */
export const wrapped = (fn: MetricFunction): MeanMetricWrapper => new MeanMetricWrapper(fn, { name: snakeCase(fn.name) || "metric" });
