// Attention over long sequences: the scores of all pairs never lie in memory, forward or backward.
import { GradientTape } from "@antler/autodiff";
import { func, randomNormal, scaledDotProductAttention, setBackend, type Tensor } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { createCpuBackend } from "../src/index.ts";

describe("attention of 2048 steps", () => {
  const steps = 2048;
  const heads = 4;
  /** A score for every pair, in every head: what must not be stored. */
  const scoreBytes = heads * steps * steps * 4;

  const trained = (q: Tensor, k: Tensor, v: Tensor): readonly Tensor[] => {
    const tape = new GradientTape();
    const y = tape.run(() => {
      for (const x of [q, k, v]) tape.watch(x);
      return scaledDotProductAttention(q, k, v, { causal: true });
    });
    return [y, ...tape.gradient(y, [q, k, v])] as Tensor[];
  };

  it.each([
    ["eager", trained],
    ["compiled", func(trained)],
  ])("takes little memory, %s", async (_, run) => {
    // A quarter of one matrix of scores, for everything.
    const backend = createCpuBackend({ maximumBytes: scoreBytes / 4 });
    await setBackend(backend);
    const shape = [1, heads, steps, 16];
    const [q, k, v] = [1, 2, 3].map((seed) => randomNormal(shape, { seed: [seed, 0] })) as [Tensor, Tensor, Tensor];
    const [y, ...gradients] = run(q, k, v);
    // The first query sees only the first value.
    expect((await y!.data()).slice(0, 16)).toEqual((await v.data()).slice(0, 16));
    for (const g of gradients) expect((await g.data()).every(Number.isFinite)).toBe(true);
  });
});
