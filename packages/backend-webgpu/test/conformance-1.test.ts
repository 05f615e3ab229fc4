// The conformance suite on WebGPU in Node, part 1 of 6.
import { describe } from "vitest";
import { findDevice } from "../src/adapter.ts";
import { createWebGpuBackend } from "../src/index.ts";
import { conformance } from "./conformance.ts";

describe("webgpu", async () => {
  const { device, adapter } = await findDevice();
  conformance(await createWebGpuBackend({ device }), adapter, { part: 0, of: 6 });
});
