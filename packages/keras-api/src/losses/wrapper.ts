/** Losses that are functions of labels and predictions: the common base of ours, and the wrapper for yours. */
import type { Tensor } from "@antler/tensor-core";
import { snakeCase } from "../naming.ts";
import { parametersOf } from "../parameters.ts";
import { matchRanks } from "../ranks.ts";
import { type Config, configOf, type Serialized, serialize } from "../serialization/config.ts";
import { functionOf } from "../serialization/functions.ts";
import * as functions from "./functions/index.ts";
import type { PairFunction } from "./functions/shared.ts";
import { Loss, type LossOptions } from "./loss.ts";

/** The loss of each sample, from labels and predictions. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A loss whose values a function gives. Its labels and predictions have equal ranks where Keras's rule can make them so. */
export abstract class FunctionLoss<O extends object = object> extends Loss {
  /** What the function is given last: the options of the loss that are its own. */
  readonly parameters: O;
  readonly #fn: PairFunction<O>;

  constructor(fn: PairFunction<O>, name: string, options: LossOptions & O, defaults: O = {} as O) {
    super({ ...options, name: options.name ?? name });
    this.#fn = fn;
    this.parameters = parametersOf(options, defaults);
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#fn(...matchRanks(yTrue, yPred), this.parameters);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...configOf(this.parameters, Object.keys(this.parameters) as (keyof O)[]) };
  }
}

/**
 * A function of your own as a loss.
 * @example
 * const absolute = (yTrue: Tensor, yPred: Tensor) => mean(abs(sub(yTrue, yPred)), { axis: -1 });
 * new losses.LossFunctionWrapper(absolute, { reduction: "sum" });
 */
export class LossFunctionWrapper extends Loss {
  readonly fn: LossFunction;

  constructor(fn: LossFunction, options: LossOptions = {}) {
    super(options);
    this.fn = fn;
  }
  static fromConfig({ fn, ...options }: LossOptions & { readonly fn: LossFunction | string | Serialized }): LossFunctionWrapper {
    return new LossFunctionWrapper(functionOf<LossFunction>("losses", fn, functions), options);
  }
  override get className(): string {
    return "LossFunctionWrapper";
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.fn(...matchRanks(yTrue, yPred));
  }
  override getConfig(): Config {
    return { ...super.getConfig(), fn: serialize(this.fn) };
  }
}
/** A function as a loss that is called like it. */
export const wrapped = (fn: LossFunction): LossFunctionWrapper => new LossFunctionWrapper(fn, { name: snakeCase(fn.name) || "loss" });
