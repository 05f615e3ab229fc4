/** keras.mixed_precision: the older names of what computing in 16 bits takes. */
export { LossScaleOptimizer, lossScaleOptimizer } from "./optimizers/loss-scale-optimizer.ts";
export {
  DTypePolicy,
  DTypePolicy as Policy,
  dtypePolicy,
  dtypePolicy as globalPolicy,
  setDtypePolicy,
  setDtypePolicy as setGlobalPolicy,
} from "./policy.ts";
