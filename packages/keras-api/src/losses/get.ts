/** Losses by name or config. */
import { type Serialized, serializeObject } from "../serialization/config.ts";
import { type Family, resolve } from "../serialization/family.ts";
import { functionOf, isSerializedFunction } from "../serialization/functions.ts";
import { type CustomObjects, withCustomObjects } from "../serialization/registry.ts";
import * as functions from "./functions/index.ts";
import { Loss } from "./loss.ts";
import * as members from "./members.ts";
import { type LossFunction, wrapped } from "./wrapper.ts";

/** A name such as `"mse"`, a loss, a function, or the config of one of them. */
export type LossLike = string | Loss | LossFunction | Serialized;

const family: Family<Loss> = {
  kind: "loss",
  base: Loss,
  members: () => members,
  aliases: {
    bce: "binary_crossentropy",
    kld: "kl_divergence",
    kullback_leibler_divergence: "kl_divergence",
    logcosh: "log_cosh",
    mae: "mean_absolute_error",
    mape: "mean_absolute_percentage_error",
    mse: "mean_squared_error",
    msle: "mean_squared_logarithmic_error",
  },
};

/**
 * The loss a name, a function or a config stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * losses.get("mse").name; // "mean_squared_error"
 */
export function get(identifier: LossLike): Loss {
  if (typeof identifier === "function") return wrapped(identifier);
  if (isSerializedFunction(identifier)) return wrapped(functionOf<LossFunction>("losses", identifier, functions));
  return resolve(family, identifier);
}

/** A loss as Keras's files hold it. */
export const serialize = (loss: Loss): Serialized => serializeObject(loss);

/** The loss a file holds; `customObjects` are classes and functions it may name besides ours. */
export const deserialize = (config: LossLike, customObjects?: CustomObjects): Loss => withCustomObjects(customObjects, () => get(config));
