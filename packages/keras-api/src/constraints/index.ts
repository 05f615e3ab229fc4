/** Constraints: a class and a factory each, and `get` to find one by name. */
import { MaxNorm, type MaxNormOptions, MinMaxNorm, type MinMaxNormOptions, NonNeg, type NormOptions, UnitNorm } from "./members.ts";

export { Constraint } from "./constraint.ts";
export { type ConstraintLike, deserialize, get, serialize } from "./get.ts";
export * from "./members.ts";

/** No number below 0. */
/* @__NO_SIDE_EFFECTS__ */
export const nonNeg = (): NonNeg => new NonNeg();
/** Vectors of length 1. */
/* @__NO_SIDE_EFFECTS__ */
export const unitNorm = (options?: NormOptions): UnitNorm => new UnitNorm(options);
/** Vectors no longer than `maxValue`. */
/* @__NO_SIDE_EFFECTS__ */
export const maxNorm = (options?: MaxNormOptions): MaxNorm => new MaxNorm(options);
/** Vectors as long as `minValue` to `maxValue`. */
/* @__NO_SIDE_EFFECTS__ */
export const minMaxNorm = (options?: MinMaxNormOptions): MinMaxNorm => new MinMaxNorm(options);
