/** Optimizers by name or config. */
import { isSerialized, type Serialized, serializeObject } from "../serialization/config.ts";
import { type Family, resolve } from "../serialization/family.ts";
import { functionOf, isSerializedFunction } from "../serialization/functions.ts";
import * as members from "./members.ts";
import { OptimizerMap } from "./multi-optimizer.ts";
import { Optimizer } from "./optimizer.ts";
import { get as getSchedule } from "./schedules/get.ts";

/** A name such as `"adam"`, an optimizer, or the config of one. */
export type OptimizerLike = string | Optimizer | Serialized;

const family: Family<Optimizer> = {
  kind: "optimizer",
  base: Optimizer,
  members: () => members,
  aliases: { adamw: "AdamW", rmsprop: "RMSprop", rms_prop: "RMSprop" },
};

/**
 * The optimizer a name or config stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * optimizers.get("adam");
 */
export const get = (identifier: OptimizerLike): Optimizer => resolve(family, isSerialized(identifier) ? unfold(identifier) : identifier);

/** An optimizer as files hold it: its class and options, not its variables. */
export const serialize = (optimizer: Optimizer): Serialized => serializeObject(optimizer);
/** The optimizer of such a config. */
export const deserialize = (config: Serialized): Optimizer => get(config);

/** A config's own configs as objects: the rule of a learning rate, the optimizer within an optimizer. */
function unfold(given: Serialized): Serialized {
  const made = Object.entries(given.config as object).map(([key, value]) => [key, isSerialized(value) ? member(key, value) : value]);
  return { ...given, config: Object.fromEntries(made) };
}
function member(key: string, value: Serialized): unknown {
  if (value.class_name === "OptimizerMap") return mapOf(value.config as never);
  if (key !== "learning_rate") return get(value);
  return isSerializedFunction(value) ? functionOf("optimizers", value, {}) : getSchedule(value);
}
function mapOf(config: {
  readonly default_optimizer: Serialized;
  readonly optimizer_map: Readonly<Record<string, Serialized>>;
}): OptimizerMap {
  const entries = Object.entries(config.optimizer_map).map(([key, value]) => [key, get(value)] as const);
  return new OptimizerMap({ defaultOptimizer: get(config.default_optimizer), optimizerMap: Object.fromEntries(entries) });
}
