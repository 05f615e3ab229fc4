/** Losses by name. */
import type { Tensor } from "@antler/tensor-core";
import { lookup } from "../lookup.ts";
import { snakeCase } from "../naming.ts";
import { type LabelKind, labelKind, matchRanks } from "../ranks.ts";
import { isSerialized, type Serialized } from "../serialization/config.ts";
import { type Family, make } from "../serialization/family.ts";
import { BinaryCrossentropy } from "./binary-crossentropy.ts";
import { CategoricalCrossentropy } from "./categorical-crossentropy.ts";
import { Loss } from "./loss.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";

/** The loss of each sample, from labels and predictions. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;
/** A name such as `"mse"`, a loss, a function, or the config of a loss. */
export type LossLike = string | Loss | LossFunction | Serialized;

const table: Readonly<Record<string, () => Loss>> = {
  bce: () => new BinaryCrossentropy(),
  binary_crossentropy: () => new BinaryCrossentropy(),
  categorical_crossentropy: () => new CategoricalCrossentropy(),
  mean_squared_error: () => new MeanSquaredError(),
  mse: () => new MeanSquaredError(),
  sparse_categorical_crossentropy: () => new SparseCategoricalCrossentropy(),
};

const family: Family<Loss> = {
  kind: "loss",
  base: Loss,
  members: () => ({ BinaryCrossentropy, CategoricalCrossentropy, MeanSquaredError, SparseCategoricalCrossentropy }),
};

/** A function as a loss. */
class FunctionLoss extends Loss {
  readonly #fn: LossFunction;
  constructor(fn: LossFunction) {
    super({ name: snakeCase(fn.name) || "loss" });
    this.#fn = fn;
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#fn(...matchRanks(yTrue, yPred));
  }
}

/**
 * The loss a name or function stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * losses.get("mse").name; // "mean_squared_error"
 */
export function get(identifier: LossLike): Loss {
  if (identifier instanceof Loss) return identifier;
  if (isSerialized(identifier)) return make(family, identifier);
  return typeof identifier === "function" ? new FunctionLoss(identifier) : lookup("loss", table, identifier)();
}

const crossentropies: Readonly<Record<LabelKind, () => Loss>> = {
  binary: () => new BinaryCrossentropy(),
  sparse: () => new SparseCategoricalCrossentropy(),
  categorical: () => new CategoricalCrossentropy(),
};
/** Whether a loss's meaning depends on the shapes of labels and predictions: "crossentropy" and "ce". */
export const isAutomatic = (identifier: LossLike): identifier is string =>
  typeof identifier === "string" && ["crossentropy", "ce"].includes(snakeCase(identifier));

/** As `get`, but "crossentropy" is the one that suits the shapes. */
export const getFor = (identifier: LossLike, yTrue: Tensor, yPred: Tensor): Loss =>
  isAutomatic(identifier) ? crossentropies[labelKind(yTrue, yPred)]() : get(identifier);
