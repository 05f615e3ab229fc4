/** Tensors of buffers that a page has on the GPU already, and buffers of tensors: no number passes through JavaScript. */
import type { KernelBackend } from "@antler/compiler";
import {
  type Backend,
  BackendError,
  byteSize,
  type DType,
  getBackend,
  makeSpec,
  ShapeError,
  type StaticSpec,
  Tensor,
  ValueError,
} from "@antler/tensor-core";
import { usage, type View } from "./device/blocks.ts";
import type { WebGpuDevice } from "./device.ts";

interface WebGpuBackend extends KernelBackend {
  readonly device: WebGpuDevice;
}
const isOurs = (backend: Backend): backend is WebGpuBackend => "adopt" in ((backend as Partial<KernelBackend>).device ?? {});

function ours(backend: Backend, caller: string): WebGpuBackend {
  if (isOurs(backend)) return backend;
  throw new BackendError(caller, `the backend "${backend.name}" has no GPU buffers`, {
    hint: 'Call `await setBackend("webgpu")` first, or `await x.to("webgpu")`.',
  });
}

export interface FromGPUBufferOptions {
  readonly shape: readonly number[];
  /** Default "float32". */
  readonly dtype?: DType | undefined;
  /** Default: the backend that new tensors go to; the buffer must belong to its device. */
  readonly backend?: Backend | undefined;
}

/**
 * A tensor whose numbers are in a buffer already, row-major from its beginning; nothing is copied. The buffer stays its owner's: do
 * not write to it or destroy it while the tensor is in use. Disposing of the tensor leaves it alone.
 * @param buffer made by the backend's own device (see `createWebGpuBackend({ device })`), with usages STORAGE and COPY_SRC.
 * @throws ValueError where these are missing, ShapeError where it is too small, BackendError where the backend is another.
 * @example
 * const frame = fromGPUBuffer(buffer, { shape: [1, 224, 224, 3] });
 */
export function fromGPUBuffer(buffer: GPUBuffer, { shape, dtype = "float32", backend = getBackend() }: FromGPUBufferOptions): Tensor {
  const { device, adopt } = ours(backend, "fromGPUBuffer");
  const spec = makeSpec([...shape], dtype) as StaticSpec;
  const needed = usage.storage | usage.copySource;
  if ((buffer.usage & needed) !== needed) {
    throw new ValueError("fromGPUBuffer", `the buffer's usage is ${buffer.usage}`, {
      hint: "It needs GPUBufferUsage.STORAGE and COPY_SRC.",
    });
  }
  if (buffer.size < byteSize(spec)) {
    throw new ShapeError("fromGPUBuffer", `the buffer has ${buffer.size} bytes, the tensor ${byteSize(spec)}`, { got: [spec] });
  }
  return new Tensor(spec, adopt(device.adopt(buffer), spec));
}

/** Where a tensor's numbers are on the GPU. */
export interface TensorBuffer {
  readonly buffer: GPUBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * The buffer a tensor lives in, row-major from `byteOffset` on. Work handed to the device's queue after this sees the tensor's
 * numbers. Only read it; it is given to others once the tensor is disposed of.
 * @throws BackendError where the tensor is on another backend.
 * @example
 * const { buffer, byteOffset } = await toGPUBuffer(model.predict(frame));
 */
export async function toGPUBuffer(tensor: Tensor): Promise<TensorBuffer> {
  const storage = tensor.storage("toGPUBuffer");
  const backend = ours(storage.backend, "toGPUBuffer");
  const { block, offset } = (await backend.bufferOf(storage)) as View;
  backend.device.flush();
  return { buffer: block.gpu, byteOffset: offset, byteLength: byteSize(storage.spec) };
}
