/** The mlp's batches, for peers that train it by hand. */
import { trainingData, trainingSets } from "../keras/data.ts";

export interface Batch {
  /** [size, 784]. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly size: number;
}

/** The first twenty: as many as are compared. */
export function mlpBatches(count = 20): Batch[] {
  const size = trainingSets.mlp.batchSize;
  const { images, labels } = trainingData("mlp", count);
  return Array.from({ length: count }, (_, i) => ({
    images: images.slice(i * size * 784, (i + 1) * size * 784),
    labels: labels.slice(i * size, (i + 1) * size),
    size,
  }));
}
