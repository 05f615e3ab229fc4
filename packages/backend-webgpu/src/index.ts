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
  /** Limits below those of the device: tests of what large tensors do. */
  readonly limits?: WebGpuLimits | undefined;
}

/**
 * A backend on a GPU.
 * @throws BackendError where there is none.
 * @example
 * await setBackend(await createWebGpuBackend());
 */
export async function createWebGpuBackend({ device, limits, ...options }: WebGpuOptions = {}): Promise<KernelBackend> {
  const gpu = device ?? (await findDevice(options)).device;
  return kernelBackend(webGpuDevice(gpu, { ...limits, owned: device === undefined }));
}
