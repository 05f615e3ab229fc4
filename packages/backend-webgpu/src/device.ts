/** A GPU as a device: buffers, batches of commands, and kernels printed as WGSL. */
import { type Device, type IndexCheck, indexError } from "@antler/compiler";
import type { DType } from "@antler/tensor-core";
import { blocks, type View } from "./device/blocks.ts";
import { copier } from "./device/copier.ts";
import { pipelines } from "./device/pipelines.ts";
import { commands } from "./device/queue.ts";
import { reads } from "./device/reads.ts";
import { compileKernels } from "./generate/compile.ts";
import { FAULT_WORDS } from "./generate/faults.ts";
import { gpuContext } from "./kernels/context.ts";
import { matchedKernels } from "./matched/index.ts";

const dtypes: readonly DType[] = ["float32", "float16", "bfloat16", "int8", "int16", "int32", "uint8", "uint16", "uint32", "bool"];

export interface WebGpuLimits {
  /** Bytes of a buffer that a shader may see at once. Default: what the device allows. */
  readonly bindingBytes?: number | undefined;
}

export function webGpuDevice(gpu: GPUDevice, { bindingBytes = Number.POSITIVE_INFINITY }: WebGpuLimits = {}): Device {
  const limit = Math.floor(Math.min(bindingBytes, gpu.limits.maxStorageBufferBindingSize) / 256) * 256;
  const queue = commands(gpu);
  const memory = blocks(gpu, (block) => {
    if (queue.isPending(block)) queue.flush();
    programs.forget(block);
  });
  const programs = pipelines(gpu, queue, limit);
  const reader = reads(gpu, queue);
  const copies = copier(programs, queue, memory);
  /** Every check of every kernel; memory tells which one failed. */
  const checks: IndexCheck[] = [];
  let faults: View | undefined;
  const faultView = (): View => {
    if (!faults) {
      const block = memory.take(4 * FAULT_WORDS);
      queue.write(block, 0, new Uint8Array(4 * FAULT_WORDS));
      faults = { block, offset: 0, bytes: 4 * FAULT_WORDS };
    }
    return faults;
  };
  const options = { pipelines: programs, faults: faultView, checkId: (check: IndexCheck) => checks.push(check) };
  const view = (b: unknown): View => b as View;

  async function checkFaults(): Promise<void> {
    if (!faults) return;
    const bytes = await reader.read(faults, 4 * FAULT_WORDS);
    const [id, index, below] = new Int32Array(bytes.buffer);
    const check = checks[id! - 1];
    if (!check) return;
    queue.write(faults.block, 0, new Uint8Array(4 * FAULT_WORDS));
    throw indexError(check, index!, below!);
  }
  let unchecked = false;

  return {
    name: "webgpu",
    dtypes,
    limits: { buffers: gpu.limits.maxStorageBuffersPerShaderStage - 1, bindingBytes: limit },
    kernels: matchedKernels(gpuContext(gpu, programs, memory)),
    alloc: (bytes) => ({ block: memory.take(bytes), offset: 0, bytes }) satisfies View,
    free: (b) => memory.give(view(b).block),
    part: (b, offset, bytes = view(b).bytes - offset) => ({ block: view(b).block, offset: view(b).offset + offset, bytes }) satisfies View,
    write: (b, bytes) => copies.write(view(b), bytes),
    async read(b, bytes) {
      const data = reader.read(view(b), bytes);
      if (unchecked) {
        unchecked = false;
        const [result] = await Promise.all([data, checkFaults()]);
        return result;
      }
      return data;
    },
    copy: (from, to, bytes) => copies.copy(view(from), view(to), bytes),
    compile: (list) => compileKernels(list, options),
    fault() {
      unchecked = true;
    },
    dispose: () => gpu.destroy(),
  };
}
