/** Importing this file makes the CPU backend known: `import "@antler/backend-cpu/register"`. */
import { registerBackend } from "@antler/tensor-core";
import { createCpuBackend } from "./index.ts";
import { probeWasm } from "./wasm/index.ts";

registerBackend({ name: "cpu", priority: 10, isAvailable: () => probeWasm().simd, create: () => createCpuBackend() });
