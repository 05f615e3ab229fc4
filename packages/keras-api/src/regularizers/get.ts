/** Regularizers by name or config. */
import { type Serialized, serializeObject } from "../serialization/config.ts";
import { type Family, resolve } from "../serialization/family.ts";
import { type CustomObjects, withCustomObjects } from "../serialization/registry.ts";
import * as members from "./members.ts";
import { Regularizer } from "./regularizer.ts";

/** A name such as `"l2"`, a regularizer, the config of one, or null for none. */
export type RegularizerLike = string | Regularizer | Serialized | null;

const family: Family<Regularizer> = {
  kind: "regularizer",
  base: Regularizer,
  members: () => members,
  aliases: { l1_l2: "L1L2" },
};

/**
 * The regularizer a name or config stands for; null for none.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * regularizers.get("l2")?.getConfig(); // { l2: 0.01 }
 */
export const get = (identifier: RegularizerLike | undefined): Regularizer | null =>
  identifier === null || identifier === undefined ? null : resolve(family, identifier);

/** A regularizer's class and config. */
export const serialize = (regularizer: Regularizer): Serialized => serializeObject(regularizer);

/** The regularizer of a config, which may name classes of your own. */
export const deserialize = (config: Serialized | string, customObjects?: CustomObjects): Regularizer =>
  withCustomObjects(customObjects, () => resolve(family, config));
