/** Initializers: a class and a factory each, and `get` to find one by name. */
import { Constant, type ConstantOptions, Identity, type IdentityOptions, Ones, Zeros } from "./constant.ts";
import { Orthogonal, type OrthogonalOptions } from "./orthogonal.ts";
import { RandomNormal, type RandomNormalOptions, RandomUniform, type RandomUniformOptions, TruncatedNormal } from "./random.ts";
import { STFT, type STFTOptions } from "./stft.ts";
import {
  type FanOptions,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
  type VarianceScalingOptions,
} from "./variance-scaling.ts";

export { Identity as IdentityInitializer } from "./constant.ts";
export { deserialize, get, type InitializerLike, serialize } from "./get.ts";
export { Initializer, RandomInitializer, type SeedOptions } from "./initializer.ts";
export * from "./members.ts";
export { Orthogonal as OrthogonalInitializer } from "./orthogonal.ts";
export * from "./stft.ts";
export { STFT as STFTInitializer } from "./stft.ts";

/** All 0. */
/* @__NO_SIDE_EFFECTS__ */
export const zeros = (): Zeros => new Zeros();
/** All 1. */
/* @__NO_SIDE_EFFECTS__ */
export const ones = (): Ones => new Ones();
/** All one number, or an array repeated. */
/* @__NO_SIDE_EFFECTS__ */
export const constant = (options?: ConstantOptions): Constant => new Constant(options);
/** The identity matrix, times a gain. */
/* @__NO_SIDE_EFFECTS__ */
export const identity = (options?: IdentityOptions): Identity => new Identity(options);
/** Orthonormal columns or rows. */
/* @__NO_SIDE_EFFECTS__ */
export const orthogonal = (options?: OrthogonalOptions): Orthogonal => new Orthogonal(options);
/** Waves under a window: `[length, 1, bins]`. */
/* @__NO_SIDE_EFFECTS__ */
export const stft = (options?: STFTOptions): STFT => new STFT(options);
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
export const glorotUniform = (options?: FanOptions): GlorotUniform => new GlorotUniform(options);
/** Truncated normal with variance `2 / (fanIn + fanOut)`. */
/* @__NO_SIDE_EFFECTS__ */
export const glorotNormal = (options?: FanOptions): GlorotNormal => new GlorotNormal(options);
/** Uniform within `±√(6 / fanIn)`. */
/* @__NO_SIDE_EFFECTS__ */
export const heUniform = (options?: FanOptions): HeUniform => new HeUniform(options);
/** Truncated normal with variance `2 / fanIn`. */
/* @__NO_SIDE_EFFECTS__ */
export const heNormal = (options?: FanOptions): HeNormal => new HeNormal(options);
/** Uniform within `±√(3 / fanIn)`. */
/* @__NO_SIDE_EFFECTS__ */
export const lecunUniform = (options?: FanOptions): LecunUniform => new LecunUniform(options);
/** Truncated normal with variance `1 / fanIn`. */
/* @__NO_SIDE_EFFECTS__ */
export const lecunNormal = (options?: FanOptions): LecunNormal => new LecunNormal(options);
