/** Initializers: a class and a factory each, and `get` to find one by name. */
import { Constant, type ConstantOptions, Ones, Zeros } from "./constant.ts";
import type { SeedOptions } from "./initializer.ts";
import { RandomNormal, type RandomNormalOptions, RandomUniform, type RandomUniformOptions, TruncatedNormal } from "./random.ts";
import {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
  type VarianceScalingOptions,
} from "./variance-scaling.ts";

export { Constant, type ConstantOptions, Ones, Zeros } from "./constant.ts";
export { get, type InitializerLike } from "./get.ts";
export { Initializer, RandomInitializer, type SeedOptions } from "./initializer.ts";
export { RandomNormal, type RandomNormalOptions, RandomUniform, type RandomUniformOptions, TruncatedNormal } from "./random.ts";
export * from "./variance-scaling.ts";

/** All 0. */
/* @__NO_SIDE_EFFECTS__ */
export const zeros = (): Zeros => new Zeros();
/** All 1. */
/* @__NO_SIDE_EFFECTS__ */
export const ones = (): Ones => new Ones();
/** All one number. */
/* @__NO_SIDE_EFFECTS__ */
export const constant = (options?: ConstantOptions): Constant => new Constant(options);
/** Uniform in [minval, maxval). */
/* @__NO_SIDE_EFFECTS__ */
export const randomUniform = (options?: RandomUniformOptions): RandomUniform => new RandomUniform(options);
/** Normal with a mean and a standard deviation. */
/* @__NO_SIDE_EFFECTS__ */
export const randomNormal = (options?: RandomNormalOptions): RandomNormal => new RandomNormal(options);
/** Normal, within two standard deviations. */
/* @__NO_SIDE_EFFECTS__ */
export const truncatedNormal = (options?: RandomNormalOptions): TruncatedNormal => new TruncatedNormal(options);
/** Spread by the number of connections. */
/* @__NO_SIDE_EFFECTS__ */
export const varianceScaling = (options?: VarianceScalingOptions): VarianceScaling => new VarianceScaling(options);
/** Uniform within `±√(6 / (fanIn + fanOut))`. */
/* @__NO_SIDE_EFFECTS__ */
export const glorotUniform = (options?: SeedOptions): GlorotUniform => new GlorotUniform(options);
/** Truncated normal with variance `2 / (fanIn + fanOut)`. */
/* @__NO_SIDE_EFFECTS__ */
export const glorotNormal = (options?: SeedOptions): GlorotNormal => new GlorotNormal(options);
/** Uniform within `±√(6 / fanIn)`. */
/* @__NO_SIDE_EFFECTS__ */
export const heUniform = (options?: SeedOptions): HeUniform => new HeUniform(options);
/** Truncated normal with variance `2 / fanIn`. */
/* @__NO_SIDE_EFFECTS__ */
export const heNormal = (options?: SeedOptions): HeNormal => new HeNormal(options);
/** Uniform within `±√(3 / fanIn)`. */
/* @__NO_SIDE_EFFECTS__ */
export const lecunUniform = (options?: SeedOptions): LecunUniform => new LecunUniform(options);
/** Truncated normal with variance `1 / fanIn`. */
/* @__NO_SIDE_EFFECTS__ */
export const lecunNormal = (options?: SeedOptions): LecunNormal => new LecunNormal(options);
