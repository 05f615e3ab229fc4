/** Correlations of labels and predictions along an axis. */
import { add, div, mean, moments, mul, sqrt, squaredDifference, sub, type Tensor } from "@antler/tensor-core";
import { type AxisParameters, cosine } from "../../losses/functions/regression.ts";
import { EPSILON, paired } from "../../losses/functions/shared.ts";

/** The cosine of the angle between labels and predictions, from −1 to 1. */
export const cosineSimilarity = (yTrue: Tensor, yPred: Tensor, options?: AxisParameters): Tensor => cosine(yTrue, yPred, options);

/** Pearson's correlation, from −1 to 1: the mean product of deviations in units of the standard deviation. */
export function pearsonCorrelation(yTrue: Tensor, yPred: Tensor, { axis = -1 }: AxisParameters = {}): Tensor {
  const [t, p] = paired(yTrue, yPred).map((x) => {
    const { mean: middle, variance } = moments(x, { axis, keepDims: true });
    return div(sub(x, middle), sqrt(variance));
  });
  return mean(mul(t!, p!), { axis });
}

/** Concordance: Pearson's correlation, less what means and spreads differ (Lin 1989, https://doi.org/10.2307/2532051). */
export function concordanceCorrelation(yTrue: Tensor, yPred: Tensor, { axis = -1 }: AxisParameters = {}): Tensor {
  const [t, p] = paired(yTrue, yPred);
  const [a, b] = [t, p].map((x) => moments(x, { axis, keepDims: true }));
  // As Keras: the deviation of labels is taken from the predictions' mean, which changes nothing in the sum.
  const products = mul(sub(t, b!.mean), sub(p, b!.mean));
  const norm = add(add(a!.variance, b!.variance), squaredDifference(a!.mean, b!.mean));
  return mean(div(mul(products, 2), add(norm, EPSILON)), { axis });
}
