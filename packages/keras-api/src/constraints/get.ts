/** Constraints by name or config. */
import { type Serialized, serializeObject } from "../serialization/config.ts";
import { type Family, resolve } from "../serialization/family.ts";
import { type CustomObjects, withCustomObjects } from "../serialization/registry.ts";
import { Constraint } from "./constraint.ts";
import * as members from "./members.ts";

/** A name such as `"max_norm"`, a constraint, the config of one, or null for none. */
export type ConstraintLike = string | Constraint | Serialized | null;

const family: Family<Constraint> = { kind: "constraint", base: Constraint, members: () => members };

/**
 * The constraint a name or config stands for; null for none.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * constraints.get("max_norm")?.getConfig(); // { max_value: 2, axis: 0 }
 */
export const get = (identifier: ConstraintLike | undefined): Constraint | null =>
  identifier === null || identifier === undefined ? null : resolve(family, identifier);

/** A constraint's class and config. */
export const serialize = (constraint: Constraint): Serialized => serializeObject(constraint);

/** The constraint of a config, which may name classes of your own. */
export const deserialize = (config: Serialized | string, customObjects?: CustomObjects): Constraint =>
  withCustomObjects(customObjects, () => resolve(family, config));
