/** Optimizers: a class and a factory each, and `get` to find one by name. */
export { Adam, type AdamOptions, adam } from "./adam.ts";
export type { ClipOptions } from "./clip.ts";
export { get, type OptimizerLike } from "./get.ts";
export { type Gradient, Optimizer, type OptimizerOptions } from "./optimizer.ts";
export { SGD, type SGDOptions, sgd } from "./sgd.ts";
