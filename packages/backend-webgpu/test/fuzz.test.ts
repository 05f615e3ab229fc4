// Random graphs on WebGPU: reference, eager and compiled agree, values and gradients. The CPU does hundreds; here each graph
// compiles dozens of shaders, so these are other ones, and fewer.
import { fuzz } from "@antler/tensor-core/testing";
import { expect, it } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";

const SEEDS = 5000;

it.each([
  ["float32", 24],
  ["float16", 6],
  ["bfloat16", 6],
] as const)("%s, %d graphs", { timeout: 600_000 }, async (float, count) => {
  const backend = await createWebGpuBackend();
  try {
    const { failures, ran } = await fuzz({ backend, float, seed: SEEDS, count, maxNodes: 30 });
    expect(ran).toBe(count);
    if (failures.length) expect.fail(`${failures.length} of ${ran} graphs fail. The first:\n${failures[0]!.text}`);
  } finally {
    backend.dispose();
  }
});
