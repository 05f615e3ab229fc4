/** Training of the benchmark's models as work of a peer, in batches for a GPU that may be made of software. */
import { type Tensor, tensor } from "@antler/tensor-core";
import type { ModelName } from "../keras/data.ts";
import { COMPARED_LOSSES } from "../work/mlp.ts";
import { PAGE_STEPS, type Work } from "../work/peer.ts";
import { firstLosses } from "./losses.ts";
import { makeModel, makeSamples } from "./models.ts";
import { pageSizes } from "./sizes.ts";

export function trainModel(name: ModelName): Work {
  const sizes = pageSizes(name);
  const model = makeModel(name, sizes);
  const sets = new Map<number, { readonly x: Tensor; readonly labels: Int32Array }>();
  const setOf = (steps: number) => {
    const { images, labels } = makeSamples(name, steps, sizes);
    return { x: tensor(images, [labels.length, ...sizes.shape]), labels };
  };
  const epoch = async (steps: number): Promise<void> => {
    const set = sets.get(steps) ?? setOf(steps);
    sets.set(steps, set);
    await model.fit(set.x, set.labels, { batchSize: sizes.batch, epochs: 1, shuffle: false, verbose: 0 });
  };
  return { epoch, run: () => epoch(PAGE_STEPS), output: () => firstLosses(name, sizes, COMPARED_LOSSES) };
}
