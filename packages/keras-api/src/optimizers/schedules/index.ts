/** Learning rate schedules: a class and a factory each. */
import { CosineDecay, type CosineDecayOptions, CosineDecayRestarts, type CosineDecayRestartsOptions } from "./cosine.ts";
import { type DecayOptions, ExponentialDecay, InverseTimeDecay, PolynomialDecay, type PolynomialDecayOptions } from "./decay.ts";
import { PiecewiseConstantDecay, type PiecewiseConstantDecayOptions } from "./piecewise.ts";

export { deserialize, get, serialize } from "./get.ts";
export * from "./members.ts";
export { LearningRateSchedule } from "./schedule.ts";
export type { StepsOptions } from "./steps.ts";

/** Falls by the same factor every `decaySteps`. */
/* @__NO_SIDE_EFFECTS__ */
export const exponentialDecay = (options: DecayOptions): ExponentialDecay => new ExponentialDecay(options);
/** Falls as one over the step. */
/* @__NO_SIDE_EFFECTS__ */
export const inverseTimeDecay = (options: DecayOptions): InverseTimeDecay => new InverseTimeDecay(options);
/** Falls to an end along a power. */
/* @__NO_SIDE_EFFECTS__ */
export const polynomialDecay = (options: PolynomialDecayOptions): PolynomialDecay => new PolynomialDecay(options);
/** Falls along half a cosine, after a rise if wanted. */
/* @__NO_SIDE_EFFECTS__ */
export const cosineDecay = (options: CosineDecayOptions): CosineDecay => new CosineDecay(options);
/** Falls along half a cosine, again and again. */
/* @__NO_SIDE_EFFECTS__ */
export const cosineDecayRestarts = (options: CosineDecayRestartsOptions): CosineDecayRestarts => new CosineDecayRestarts(options);
/** Constants between boundaries. */
/* @__NO_SIDE_EFFECTS__ */
export const piecewiseConstantDecay = (options: PiecewiseConstantDecayOptions): PiecewiseConstantDecay =>
  new PiecewiseConstantDecay(options);
