/** Optimizers: a class and a factory each, and `get` to find one by name. */
export type { ClipOptions } from "./clip.ts";
export { deserialize, get, type OptimizerLike, serialize } from "./get.ts";
export type { LearningRateFunction, LearningRateLike } from "./learning-rate.ts";
export * from "./members.ts";
export type { MomentsOptions } from "./moments.ts";
export { type ExcludeOptions, type Gradient, Optimizer } from "./optimizer.ts";
export type { OptimizerOptions } from "./options.ts";
export * as schedules from "./schedules/index.ts";
export type { StateOptions } from "./state.ts";
