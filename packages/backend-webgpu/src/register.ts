/** Importing this file makes the WebGPU backend known: `import "@antler/backend-webgpu/register"`. */
import { registerBackend } from "@antler/tensor-core";
import { findGpu } from "./adapter.ts";
import { createWebGpuBackend } from "./index.ts";

registerBackend({
  name: "webgpu",
  priority: 20,
  deviceType: "GPU",
  isAvailable: async () => ((await (await findGpu())?.requestAdapter()) ?? undefined) !== undefined,
  create: () => createWebGpuBackend(),
});
