/** Initializers by name or config. */
import { rareInitializers } from "../extras.ts";
import { type Serialized, serializeObject } from "../serialization/config.ts";
import { type Family, resolve } from "../serialization/family.ts";
import { type CustomObjects, withCustomObjects } from "../serialization/registry.ts";
import { Initializer } from "./initializer.ts";
import * as members from "./members.ts";

/** A name such as `"glorot_uniform"`, an initializer, or the config of one. */
export type InitializerLike = string | Initializer | Serialized;

const family: Family<Initializer> = {
  kind: "initializer",
  base: Initializer,
  members: () => ({ ...members, ...rareInitializers() }),
  aliases: {
    identity_initializer: "Identity",
    normal: "RandomNormal",
    one: "Ones",
    orthogonal_initializer: "Orthogonal",
    stft_initializer: "STFT",
    uniform: "RandomUniform",
    zero: "Zeros",
  },
};

/**
 * The initializer a name or config stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * initializers.get("he_normal").apply([3, 4]).shape; // [3, 4]
 */
export const get = (identifier: InitializerLike): Initializer => resolve(family, identifier);

/** An initializer's class and config. */
export const serialize = (initializer: Initializer): Serialized => serializeObject(initializer);

/** The initializer of a config, which may name classes of your own. */
export const deserialize = (config: Serialized | string, customObjects?: CustomObjects): Initializer =>
  withCustomObjects(customObjects, () => get(config));
