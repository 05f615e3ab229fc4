/** The mlp's batches, for peers that train it by hand. */
import { trainingData, trainingSets } from "../keras/data.ts";

/**
 * How many losses of such peers are compared. The mlp's are no smooth function of rounding: what exponentials of six digits
 * change in the first step is a hundred times as much after five, and 1e-2 after twenty.
 */
export const COMPARED_LOSSES = 5;
export interface Batch {
  /** [size, 784]. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly size: number;
}

export function mlpBatches(count = 20): Batch[] {
  const size = trainingSets.mlp.batchSize;
  const { images, labels } = trainingData("mlp", count);
  return Array.from({ length: count }, (_, i) => ({
    images: images.slice(i * size * 784, (i + 1) * size * 784),
    labels: labels.slice(i * size, (i + 1) * size),
    size,
  }));
}
