/** MeanSquaredError: the mean of the squared differences. */
import { mean, squaredDifference, type Tensor } from "@antler/tensor-core";
import { matchRanks } from "../ranks.ts";
import { Loss, type LossOptions } from "./loss.ts";

/** Of each sample, over the last axis. */
export function squaredErrors(yTrue: Tensor, yPred: Tensor): Tensor {
  const [truth, predicted] = matchRanks(yTrue, yPred);
  return mean(squaredDifference(truth, predicted), { axis: -1 });
}

/** `mean((yTrue − yPred)²)` over the last axis. */
export class MeanSquaredError extends Loss {
  constructor(options: LossOptions = {}) {
    super({ name: "mean_squared_error", ...options });
  }
  override get className(): string {
    return "MeanSquaredError";
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return squaredErrors(yTrue, yPred);
  }
}

/**
 * The mean of the squared differences.
 * @example
 * losses.meanSquaredError().apply(tensor([[0, 1]]), tensor([[1, 1]])); // 0.5
 */
/* @__NO_SIDE_EFFECTS__ */
export const meanSquaredError = (options?: LossOptions): MeanSquaredError => new MeanSquaredError(options);
