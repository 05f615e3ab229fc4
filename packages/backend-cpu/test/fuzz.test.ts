// Random graphs on the CPU, five hundred in float32 and some in each other precision: reference, eager and compiled agree, values
// and gradients.
import { fuzz } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { createCpuBackend } from "../src/index.ts";

const SEEDS = 500;
const CHUNK = 50;

describe("random graphs", () => {
  const hand = createCpuBackend();
  const generated = createCpuBackend({ handWritten: false });
  for (let from = 0; from < SEEDS; from += CHUNK) {
    it(`seeds ${from} to ${from + CHUNK - 1}`, { timeout: 120_000 }, async () => {
      // Half of them with every kernel generated.
      const { failures, ran } = await fuzz({ backend: (from / CHUNK) % 2 ? generated : hand, seed: from, count: CHUNK });
      expect(ran).toBe(CHUNK);
      if (failures.length) expect.fail(`${failures.length} of ${ran} graphs fail. The first:\n${failures[0]!.text}`);
    });
  }
  it.each(["float64", "float16", "bfloat16"] as const)("%s", { timeout: 120_000 }, async (float) => {
    for (const backend of [hand, generated]) {
      const { failures, ran } = await fuzz({ backend, float, seed: 1000, count: CHUNK });
      expect(ran).toBe(CHUNK);
      if (failures.length) expect.fail(`${failures.length} of ${ran} graphs fail. The first:\n${failures[0]!.text}`);
    }
  });
});
