/**
 * @antler/backend-cpu/lean: the same backend for pages where every kilobyte counts. It has the hand-written kernels that it is
 * given; ops without one run on generated kernels, which are right but, for the heavy ones, slower. Without `sharing` one
 * thread computes, without `float64` there is no such dtype.
 * @example
 * await setBackend(createCpuBackend({ kernels: [matMulKernels, rowKernels] }));
 */
import { type KernelBackend, kernelBackend } from "@antler/compiler";
import { type CpuOptions, type CpuParts, cpuDevice } from "./device.ts";
import { alone } from "./threads/device-context.ts";

export { float64 } from "@antler/compiler/machine";
export type { CpuDevice, CpuOptions, CpuParts } from "./device.ts";
export type { KernelPack } from "./kernels/kernel-pack.ts";
export {
  attentionKernels,
  convolutionKernels,
  matMulKernels,
  poolingKernels,
  rowKernels,
  segmentKernels,
  sortingKernels,
} from "./matched/packs.ts";
export type { Sharing } from "./threads/device-context.ts";
export { setThreads } from "./threads/settings.ts";
export { workers } from "./threads/sharing.ts";
export { setWorkerUrl, workerSource } from "./threads/worker.ts";

/** What to put into a backend, beside the options of the whole one. */
export interface LeanOptions extends CpuOptions, Partial<CpuParts> {}

/** A CPU backend with a memory of its own, and these kernels. Default: none, and one thread. */
export const createCpuBackend = ({ kernels = [], sharing = alone, float64, ...options }: LeanOptions = {}): KernelBackend =>
  kernelBackend(cpuDevice({ kernels, sharing, float64 }, options));
