/** @antler/autodiff: gradients of eager and traced code. */
export { customGradient, recomputeGrad, type WithGradient } from "./custom.ts";
export { grad, valueAndGrad, variableGrads } from "./grad.ts";
export { type GradientOptions, type Gradients, GradientTape, type Source, type TapeOptions } from "./tape.ts";
