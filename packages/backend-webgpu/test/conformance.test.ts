// The conformance suite on WebGPU, with as many cases as the CPU has of the dtypes that GPUs have.
import { testBackend } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";

describe("webgpu", async () => {
  const suite = testBackend(await createWebGpuBackend(), { describe, it });
  it("leaves nothing out", () => {
    expect(suite.tests.length).toBeGreaterThan(10_000);
    expect(suite.tests.filter((t) => t.skipped)).toEqual([]);
  });
});
