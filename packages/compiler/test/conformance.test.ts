// The conformance suite and random graphs on the strict device: late reads, eight buffers a kernel, rubbish in fresh memory.
import { fuzz, testBackend } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { strictBackend } from "../src/testing/index.ts";

describe("strict", () => {
  const suite = testBackend(strictBackend(), { describe, it });
  it("leaves nothing out", () => {
    expect(suite.tests.length).toBeGreaterThan(3300);
    expect(suite.tests.filter((t) => t.skipped)).toEqual([]);
  });
  for (let from = 0; from < 100; from += 50) {
    it(`random graphs, seeds ${from} to ${from + 49}`, { timeout: 120_000 }, async () => {
      const { failures, ran } = await fuzz({ backend: strictBackend({ seed: from, bindingBytes: 2 ** 24 }), seed: from, count: 50 });
      expect(ran).toBe(50);
      if (failures.length) expect.fail(`${failures.length} of ${ran} graphs fail. The first:\n${failures[0]!.text}`);
    });
  }
});
