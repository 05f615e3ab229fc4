/** Initializers by name. */
import { lookup } from "../lookup.ts";
import { Constant, Ones, Zeros } from "./constant.ts";
import { Initializer } from "./initializer.ts";
import { RandomNormal, RandomUniform, TruncatedNormal } from "./random.ts";
import { GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, VarianceScaling } from "./variance-scaling.ts";

/** A name such as `"glorot_uniform"`, or an initializer. */
export type InitializerLike = string | Initializer;

const table: Readonly<Record<string, () => Initializer>> = {
  constant: () => new Constant(),
  glorot_normal: () => new GlorotNormal(),
  glorot_uniform: () => new GlorotUniform(),
  he_normal: () => new HeNormal(),
  he_uniform: () => new HeUniform(),
  lecun_normal: () => new LecunNormal(),
  lecun_uniform: () => new LecunUniform(),
  ones: () => new Ones(),
  random_normal: () => new RandomNormal(),
  random_uniform: () => new RandomUniform(),
  truncated_normal: () => new TruncatedNormal(),
  variance_scaling: () => new VarianceScaling(),
  zeros: () => new Zeros(),
};

/**
 * The initializer a name stands for.
 * @throws ValueError for an unknown name, listing the known ones
 * @example
 * initializers.get("he_normal").apply([3, 4]).shape; // [3, 4]
 */
export const get = (identifier: InitializerLike): Initializer =>
  identifier instanceof Initializer ? identifier : lookup("initializer", table, identifier)();
