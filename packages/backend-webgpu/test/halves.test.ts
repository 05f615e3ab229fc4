// Numbers of 16 bits on an adapter with shader-f16: kernels may take other ways there. Every op in one situation, and those of
// float16 that are products, or have kernels written by hand, in all.
import { createCpuBackend } from "@antler/backend-cpu";
import type { Backend } from "@antler/tensor-core";
import { type BackendTest, testBackend } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { findDevice } from "../src/adapter.ts";
import { createWebGpuBackend } from "../src/index.ts";
import { adapterName } from "./conformance.ts";
import { gpuWithHalves } from "./gpus.ts";

const gpu = await gpuWithHalves();

const heavy = /^(matMul|einsum|dot|conv|depthwise|separable|scaledDotProduct|softmax|logSoftmax|cast)/;
/** Mesa takes its time to compile a shader. bfloat16 goes the ways that it goes everywhere: numbers of 16 bits that shaders do not know. */
function casesOf(backend: Backend): readonly BackendTest[] {
  const seen = new Set<string>();
  const { tests } = testBackend(backend, { errors: [] });
  return tests.filter(({ op, name }) => {
    const dtype = /, (b?float16): values$/.exec(name)?.[1];
    const kind = `${op} ${dtype}`;
    return dtype !== undefined && ((dtype === "float16" && heavy.test(op)) || (!seen.has(kind) && seen.add(kind)));
  });
}

describe("webgpu with shader-f16", async () => {
  const { device, adapter } = await findDevice({ gpu });
  const cases = casesOf(await createWebGpuBackend({ device }));
  for (const { name, run } of cases) it(name, run);

  it("leaves nothing out", () => {
    expect(device.features.has("shader-f16")).toBe(true);
    expect(cases.map((t) => t.name)).toEqual(casesOf(createCpuBackend()).map((t) => t.name));
    expect(cases.filter((t) => t.skipped)).toEqual([]);
    console.log(`webgpu with shader-f16, ${adapterName(adapter)}: ${cases.length} cases, 0 skipped`);
  });
});
