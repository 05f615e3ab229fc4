/** @antler/backend-cpu: WebAssembly with SIMD, generated at run time. */
import { type KernelBackend, kernelBackend } from "@antler/compiler";
import { float64 } from "@antler/compiler/machine";
import { type CpuOptions, cpuDevice } from "./device.ts";
import { everyPack } from "./matched/packs.ts";
import { workers } from "./threads/sharing.ts";

export type { CpuDevice, CpuOptions } from "./device.ts";
export { setThreads } from "./threads/settings.ts";
export { setWorkerUrl, workerSource } from "./threads/worker.ts";

/**
 * A CPU backend with a memory of its own.
 * @example
 * await setBackend(createCpuBackend());
 */
export const createCpuBackend = (options: CpuOptions = {}): KernelBackend =>
  kernelBackend(cpuDevice({ kernels: everyPack(), sharing: workers, float64 }, options));
