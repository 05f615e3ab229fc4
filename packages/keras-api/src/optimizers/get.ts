/** Optimizers by name. */
import type { Serialized } from "../serialization/config.ts";
import { type Family, resolve } from "../serialization/family.ts";
import { Adam } from "./adam.ts";
import { Optimizer } from "./optimizer.ts";
import { SGD } from "./sgd.ts";

/** A name such as `"adam"`, an optimizer, or the config of one. */
export type OptimizerLike = string | Optimizer | Serialized;

const family: Family<Optimizer> = { kind: "optimizer", base: Optimizer, members: () => ({ Adam, SGD }) };

/**
 * The optimizer a name or config stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * optimizers.get("adam");
 */
export const get = (identifier: OptimizerLike): Optimizer => resolve(family, identifier);
