/** A GPU as a device: buffers, batches of commands, and kernels printed as WGSL. */
import { type Device, type IndexCheck, indexError } from "@antler/compiler";
import { longFolds, rehearse } from "@antler/compiler/device";
import { AntlerError, BackendError, DeviceLostError, type DType, OutOfMemoryError } from "@antler/tensor-core";
import { ASKED_BYTES, blocks, type View } from "./device/blocks.ts";
import { copier } from "./device/copier.ts";
import { pipelines } from "./device/pipelines.ts";
import { commands } from "./device/queue.ts";
import { reads } from "./device/reads.ts";
import { compileKernels } from "./generate/compile.ts";
import { FAULT_WORDS } from "./generate/faults.ts";
import { gpuContext, isSwiftShader } from "./kernels/context.ts";
import { matchedKernels } from "./matched/index.ts";
import { subgroupSizeOf } from "./wgsl/subgroups.ts";

const dtypes: readonly DType[] = ["float32", "float16", "bfloat16", "int8", "int16", "int32", "uint8", "uint16", "uint32", "bool"];

export interface WebGpuLimits {
  /** Bytes of a buffer that a shader may see at once. Default: what the device allows. */
  readonly bindingBytes?: number | undefined;
  /** From how many bytes on work waits until the GPU has said that there was room. Default: 1 MiB. */
  readonly askedBytes?: number | undefined;
  /** Whether products are cut as SwiftShader likes it, a GPU that is a program. Default: where it is SwiftShader. */
  readonly isSoftware?: boolean | undefined;
  /** How many neighbouring lanes see each other's registers, 1 for none. Default: the least that the adapter promises. */
  readonly subgroup?: number | undefined;
}
export interface WebGpuDevice extends Device {
  readonly gpu: GPUDevice;
  /** What was done so far. */
  readonly statistics: Statistics;
  /** A buffer that somebody else made as memory of ours; it is theirs to destroy. */
  adopt(buffer: GPUBuffer): View;
  /** Hands over all that was only written down. */
  flush(): void;
}
export interface Statistics {
  readonly dispatches: number;
  readonly submissions: number;
  readonly pipelines: number;
  readonly reads: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Memory given out, and memory kept for later. */
  readonly usedBytes: number;
  readonly keptBytes: number;
}

export interface DeviceOptions extends WebGpuLimits {
  /** Whether the GPU's device ends with the backend. Default true. */
  readonly owned?: boolean | undefined;
  /** Whether each kernel's time is taken. Default false. */
  readonly profile?: boolean | undefined;
}

export function webGpuDevice(gpu: GPUDevice, options: DeviceOptions = {}): WebGpuDevice {
  const { bindingBytes = Number.POSITIVE_INFINITY, askedBytes = ASKED_BYTES, owned = true, profile = false } = options;
  const { isSoftware = isSwiftShader(gpu), subgroup = subgroupSizeOf(gpu) } = options;
  const limit = Math.floor(Math.min(bindingBytes, gpu.limits.maxStorageBufferBindingSize) / 256) * 256;
  const queue = commands(gpu, { profile });
  const forget = (block: View["block"]): void => {
    if (queue.isPending(block)) queue.flush();
    programs.forget(block);
  };
  const memory = blocks(gpu, forget, askedBytes);
  const programs = pipelines(gpu, queue, limit);
  const reader = reads(gpu, queue);
  const copies = copier(programs, queue, memory);

  let lost: DeviceLostError | undefined;
  const losing = gpu.lost.then(({ message, reason }) => {
    const hint = "Make a new backend, and restore weights from a checkpoint.";
    lost = new DeviceLostError("webgpu", `the GPU is gone (${reason}${message ? `: ${message}` : ""})`, { hint });
    return lost;
  });
  const alive = (): void => {
    if (lost) throw lost;
  };

  /** What the GPU refused outside of any error scope: a mistake of ours, or memory for something small. The next read tells. */
  let refused: Error | undefined;
  if (owned) {
    gpu.addEventListener("uncapturederror", ({ error }) => {
      const isMemory = error.constructor.name === "GPUOutOfMemoryError";
      refused ??= new (isMemory ? OutOfMemoryError : BackendError)("webgpu", `the GPU refused: ${error.message}`);
    });
  }

  /** Every check of every kernel; memory tells which one failed. */
  const checks: IndexCheck[] = [];
  let faults: View | undefined;
  /** Whether kernels that check indices ran since the last look. */
  let unchecked = false;
  const noteOf = (): View => {
    if (!faults) {
      const bytes = 4 * FAULT_WORDS;
      faults = { block: memory.take(bytes), offset: 0, bytes };
      queue.write(faults.block, 0, new Uint8Array(bytes));
    }
    return faults;
  };
  function throwFault(note: Uint8Array): void {
    const [id, index, below] = new Int32Array(note.buffer);
    const check = checks[id! - 1];
    if (!check) return;
    queue.write(noteOf().block, 0, new Uint8Array(note.length));
    throw indexError(check, index!, below!);
  }

  async function read({ block, offset }: View, bytes: number): Promise<Uint8Array> {
    alive();
    await block.settling;
    if (block.failure) throw block.failure;
    const asks = unchecked && faults;
    unchecked = false;
    try {
      const data = { block, offset, bytes };
      const [result, note] = await reader.read(asks ? [data, noteOf()] : [data]);
      if (note) throwFault(note);
      if (refused) {
        const error = refused;
        refused = undefined;
        throw error;
      }
      return result!;
    } catch (error) {
      // A mapping that fails is how the loss of a device is heard of first.
      throw error instanceof AntlerError ? error : await Promise.race([losing, notLost(error)]);
    }
  }

  const printing = { pipelines: programs, faults: noteOf, checkId: (check: IndexCheck) => checks.push(check), subgroup };
  const view = (b: unknown): View => b as View;
  return {
    name: "webgpu",
    gpu,
    dtypes,
    // One is for the note of failed checks.
    limits: { buffers: gpu.limits.maxStorageBuffersPerShaderStage - 1, bindingBytes: limit },
    cutFold,
    kernels: matchedKernels(gpuContext(gpu, programs, memory, { isSoftware, subgroup })),
    get lost() {
      return lost;
    },
    get statistics() {
      const { dispatches, submissions, bytesWritten } = queue;
      const { usedBytes, keptBytes } = memory;
      return {
        dispatches,
        submissions,
        pipelines: programs.count,
        reads: reader.count,
        bytesRead: reader.bytes,
        bytesWritten,
        usedBytes,
        keptBytes,
      };
    },
    alloc(bytes) {
      alive();
      return { block: memory.take(bytes), offset: 0, bytes } satisfies View;
    },
    free: (b) => memory.give(view(b).block),
    settled: () => memory.settled(),
    adopt: (buffer) => ({ block: memory.adopt(buffer), offset: 0, bytes: buffer.size }),
    part: (b, offset, bytes = view(b).bytes - offset) => ({ block: view(b).block, offset: view(b).offset + offset, bytes }) satisfies View,
    write: (b, bytes) => copies.write(view(b), bytes),
    read: (b, bytes) => read(view(b), bytes),
    copy(from, to, bytes) {
      if (!programs.rehearsing) copies.copy(view(from), view(to), bytes);
    },
    compile: (list) => compileKernels(list, printing),
    prepare: (program, inputs, options) => programs.rehearse(() => rehearse(program, inputs, options, pretend)),
    fault() {
      unchecked = true;
    },
    async finished() {
      queue.flush();
      await gpu.queue.onSubmittedWorkDone();
    },
    flush: () => queue.flush(),
    dispose() {
      if (owned) gpu.destroy();
      else memory.evict();
    },
  };
}

/** Folds with few results leave most of a GPU idle: parts of them keep it busy. Lanes that read together take neighbours. */
const cutFold = /* @__PURE__ */ longFolds({
  of: "strides",
  count: (elements, results) => (elements < 4096 ? 1 : Math.min(16384 / results, Math.sqrt(elements))),
});

/** What a failed mapping means if the device is still there a while later. */
const LOSS_MILLISECONDS = 1000;
const notLost = (error: unknown): Promise<BackendError> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(new BackendError("webgpu", `numbers could not be read: ${String(error)}`)), LOSS_MILLISECONDS);
  });

/** A block that is none. */
let pretended = 0;
const pretend = (bytes: number): View => {
  const block = { id: --pretended, gpu: undefined as never, bytes, batch: -1, settling: undefined, failure: undefined };
  return { block, offset: 0, bytes };
};
