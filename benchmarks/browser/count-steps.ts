/** What a step of training asks of the GPU, from what epochs ask of it. */
import type { Counts } from "../lib/results.ts";
import type { Meter } from "./gpu-meter.ts";

export type Tally = Meter & { readonly hostSteps: number };

/** What an epoch costs however long it is, is no part of a step: it is the same in a short one and in one of twice its length. */
export async function countSteps(epoch: (steps: number) => Promise<void>, tally: () => Tally): Promise<Counts> {
  const during = async (steps: number): Promise<Tally> => {
    const before = tally();
    await epoch(steps);
    return difference(tally(), before);
  };
  const first = await during(1);
  // What it learns from is uploaded in the first epoch of its length.
  const second = await during(2);
  const [short, long] = [await during(1), await during(2)];
  const { pipelines: _, ...each } = difference(long, short);
  return {
    ...each,
    firstPipelines: first.pipelines,
    laterPipelines: second.pipelines + short.pipelines + long.pipelines,
    epochReads: 2 * short.reads - long.reads,
  };
}
const difference = (a: Tally, b: Tally): Tally =>
  Object.fromEntries(Object.entries(a).map(([name, count]) => [name, count - b[name as keyof Tally]])) as unknown as Tally;
