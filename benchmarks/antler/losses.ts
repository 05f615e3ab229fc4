/** The losses of a model's first steps: what says whether others train the same. */
import { tensor } from "@antler/tensor-core";
import type { ModelName } from "../keras/data.ts";
import { makeModel, makeSamples } from "./models.ts";
import type { Sizes } from "./sizes.ts";

/** The loss of each of the first batches, from fresh weights. */
export async function firstLosses(name: ModelName, sizes: Sizes, steps: number): Promise<number[]> {
  const fresh = makeModel(name, sizes);
  const { images, labels } = makeSamples(name, steps, sizes);
  const { batch, shape } = sizes;
  const size = images.length / steps;
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const x = tensor(images.subarray(step * size, (step + 1) * size), [batch, ...shape]);
    // What it gives is the mean of all batches since the last reset.
    fresh.resetMetrics();
    const [loss] = await fresh.trainOnBatch(x, labels.subarray(step * batch, (step + 1) * batch));
    x.dispose();
    losses.push(loss!);
  }
  return losses;
}
