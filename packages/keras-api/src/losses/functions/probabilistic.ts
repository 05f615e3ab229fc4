/** How far a distribution is from another. */
import { add, cast, clipByValue, div, log, mean, mul, sub, sum, type Tensor } from "@antler/tensor-core";
import { EPSILON } from "./shared.ts";

/** `Σ yTrue · log(yTrue / yPred)` over the last axis (Kullback and Leibler 1951, https://doi.org/10.1214/aoms/1177729694). */
export function klDivergence(yTrue: Tensor, yPred: Tensor): Tensor {
  const t = clipByValue(cast(yTrue, yPred.dtype), EPSILON, 1);
  const p = clipByValue(yPred, EPSILON, 1);
  return sum(mul(t, log(div(t, p))), { axis: -1 });
}

/** `mean(yPred − yTrue · log(yPred))` over the last axis: predictions are rates, labels are counts. */
export const poisson = (yTrue: Tensor, yPred: Tensor): Tensor =>
  mean(sub(yPred, mul(cast(yTrue, yPred.dtype), log(add(yPred, EPSILON)))), { axis: -1 });
