/** What Keras attaches to single weights: the penalty for their size, and the form they are brought into after each step. */
import type { Tensor, Variable } from "@antler/tensor-core";

/** From a weight's value to a penalty, a scalar. */
export interface WeightPenalty {
  apply(w: Tensor): Tensor;
}
/** From a weight's value to the nearest allowed one. */
export interface WeightConstraint {
  apply(w: Tensor): Tensor;
}
const regularizers = new WeakMap<Variable, WeightPenalty>();
const constraints = new WeakMap<Variable, WeightConstraint>();

export const regularizerOf = (v: Variable): WeightPenalty | undefined => regularizers.get(v);
export const constraintOf = (v: Variable): WeightConstraint | undefined => constraints.get(v);

export function setRegularizer(v: Variable, penalty: WeightPenalty | null | undefined): void {
  if (penalty) regularizers.set(v, penalty);
}
export function setConstraint(v: Variable, constraint: WeightConstraint | null | undefined): void {
  if (constraint) constraints.set(v, constraint);
}

/** Weights that a mixed policy leaves in their own dtype. */
export const withoutAutocast: WeakSet<Variable> = new WeakSet<Variable>();
