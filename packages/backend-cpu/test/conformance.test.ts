// The conformance suite on the CPU: as shipped, with every kernel generated, and without relaxed SIMD.
import { testBackend } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { type CpuOptions, createCpuBackend } from "../src/index.ts";

const variants: readonly (readonly [string, CpuOptions])[] = [
  ["as shipped", {}],
  ["all kernels generated", { handWritten: false }],
  ["without relaxed SIMD", { relaxed: false }],
];
/** Fewer than this would mean that rows are left out unseen. */
const LEAST = 12_000;

describe.each(variants)("cpu, %s", (_, options) => {
  const suite = testBackend(createCpuBackend(options), { describe, it });
  it("leaves nothing out", () => {
    expect(suite.tests.length).toBeGreaterThan(LEAST);
    expect(suite.tests.filter((t) => t.skipped)).toEqual([]);
  });
});
