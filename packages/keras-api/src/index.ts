/** @antler/keras-api: layers, models and training, as in Keras 3. */
export type { Activation as ActivationFunction, ActivationLike } from "./activations/index.ts";
export * as activations from "./activations/index.ts";
export * as config from "./config.ts";
export * as constraints from "./constraints/index.ts";
export { Constraint, type ConstraintLike } from "./constraints/index.ts";
export * as dtypePolicies from "./dtype-policies.ts";
export * as initializers from "./initializers/index.ts";
export { Initializer, type InitializerLike } from "./initializers/index.ts";
export * as layers from "./layers/index.ts";
export * from "./lean.ts";
export * as losses from "./losses/index.ts";
export { Loss, type LossFunction, type LossLike, type LossOptions, type Reduction } from "./losses/index.ts";
export * as metrics from "./metrics/index.ts";
export { Metric, type MetricFunction, type MetricLike, type MetricOptions } from "./metrics/index.ts";
export * as mixedPrecision from "./mixed-precision.ts";
export * as optimizers from "./optimizers/index.ts";
export { Optimizer, type OptimizerLike, type OptimizerOptions } from "./optimizers/index.ts";
export * as regularizers from "./regularizers/index.ts";
export { Regularizer, type RegularizerLike } from "./regularizers/index.ts";

// Last, so that what names stand for lies together in bundles: they compress better.
import "./register.ts";
