/** What belongs to a weight beside its numbers: a constraint and a regularizer. */
import type { Tensor, Variable } from "@antler/tensor-core";

/** From a weight to what is made of it: the nearest allowed value, or a penalty. */
export interface WeightRule {
  apply(w: Tensor): Tensor;
}

const constraints = new WeakMap<Variable, WeightRule>();
const regularizers = new WeakMap<Variable, WeightRule>();

/** Optimizers apply the constraint after each step. */
export const setConstraint = (v: Variable, constraint: WeightRule): void => void constraints.set(v, constraint);
export const constraintOf = (v: Variable): WeightRule | undefined => constraints.get(v);
/** The penalty is added to the loss. */
export const setRegularizer = (v: Variable, regularizer: WeightRule): void => void regularizers.set(v, regularizer);
export const regularizerOf = (v: Variable): WeightRule | undefined => regularizers.get(v);
