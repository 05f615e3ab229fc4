/** @antler/backend-webgpu: the GPU, in pages and in Node. */
import { type KernelBackend, kernelBackend } from "@antler/compiler";
import { type AdapterOptions, findDevice } from "./adapter.ts";
import { type WebGpuLimits, webGpuDevice } from "./device.ts";

export type { AdapterOptions } from "./adapter.ts";
export type { Statistics, WebGpuDevice, WebGpuLimits } from "./device.ts";
export { fromGPUBuffer, toGPUBuffer } from "./zero-copy.ts";

export interface WebGpuOptions extends AdapterOptions {
  /** A device that exists already, to share buffers with; it stays alive when the backend is disposed of. */
  readonly device?: GPUDevice | undefined;
  /**
   * Whether the GPU notes how long each kernel takes, where it can: events of kind "time" tell (see `onEvent`). Each dispatch is then
   * a pass of its own, which costs some. Default: whether `ANTLER_DEBUG` is 2 or more.
   */
  readonly profile?: boolean | undefined;
  /** Limits below those of the device: tests of what large tensors do. */
  readonly limits?: WebGpuLimits | undefined;
}

/**
 * A backend on a GPU.
 * @throws BackendError where there is none.
 * @example
 * await setBackend(await createWebGpuBackend());
 */
export async function createWebGpuBackend(options: WebGpuOptions = {}): Promise<KernelBackend> {
  const { device, limits, profile = debugLevel() >= 2, ...wanted } = options;
  const gpu = device ?? (await findDevice(wanted)).device;
  return kernelBackend(webGpuDevice(gpu, { ...limits, profile, owned: device === undefined }));
}

const debugLevel = (): number => {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return Number(process?.env?.["ANTLER_DEBUG"] ?? 0);
};
