/** The strict device: correct, and as unhelpful as a device may be. What runs on it relies on nothing it should not. */
import { BackendError, type DType, dtypeInfo, OutOfMemoryError, type TypedArray } from "@antler/tensor-core";
import { type KernelBackend, kernelBackend } from "../backend.ts";
import type { Device, FoldParts } from "../kernel.ts";
import { longFolds } from "../parts.ts";
import { interpretKernel } from "./interpret.ts";

export interface StrictOptions {
  /** Bytes a kernel may see of one buffer. Default 64 KiB. */
  readonly bindingBytes?: number;
  /** Buffers a kernel may touch. Default 8. */
  readonly buffers?: number;
  /** The allocation that fails, counted from 1; none when absent. */
  readonly failAt?: number;
  readonly seed?: number;
  /** How long folds are cut; not at all when absent. */
  readonly foldParts?: FoldParts;
}

interface Slab {
  data: Uint8Array | undefined;
}
interface Part {
  readonly slab: Slab;
  readonly offset: number;
}
const dtypes: readonly DType[] = ["float32", "int8", "int16", "int32", "uint8", "uint16", "uint32", "bool"];

/** Reads resolve some ticks later, never synchronously; limits are small; freed memory is gone. */
export function strictDevice({ bindingBytes = 65536, buffers = 8, failAt, seed = 1, foldParts }: StrictOptions = {}): Device {
  let allocations = 0;
  let random = seed;
  const ticks = (): number => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return (random >>> 16) % 4;
  };
  const later = async (): Promise<void> => {
    for (let n = ticks(); n > 0; n--) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const bytesOf = ({ slab, offset }: Part): Uint8Array => {
    if (!slab.data) throw new BackendError("strict", "memory was used after it was freed");
    return slab.data.subarray(offset);
  };
  return {
    name: "strict",
    dtypes,
    limits: { buffers, bindingBytes },
    cutFold: foldParts && longFolds(foldParts),
    alloc(bytes) {
      if (++allocations === failAt) throw new OutOfMemoryError("strict", `allocation ${allocations} of ${bytes} bytes was made to fail`);
      // Rubbish, so that nothing counts on zeros; a word more, so that a part at the end is valid.
      return { slab: { data: new Uint8Array(Math.ceil(bytes / 8) * 8 + 8).fill(0xa5) }, offset: 0 } satisfies Part;
    },
    free(b) {
      (b as Part).slab.data = undefined;
    },
    part: (b, offset) => ({ slab: (b as Part).slab, offset: (b as Part).offset + offset }) satisfies Part,
    write: (b, bytes) => bytesOf(b as Part).set(bytes),
    async read(b, bytes) {
      await later();
      return bytesOf(b as Part).slice(0, bytes);
    },
    finished: later,
    copy: (from, to, bytes) => bytesOf(to as Part).set(bytesOf(from as Part).subarray(0, bytes)),
    compile: (kernels) =>
      kernels.map((k) => {
        const run = interpretKernel(k);
        if (k.buffers.length > buffers)
          throw new BackendError("strict", `kernel ${k.name} touches ${k.buffers.length} buffers, the limit is ${buffers}`);
        return (parts, params, block) =>
          run(
            parts.map((p, i) => viewOf(bytesOf(p as Part).subarray(0, bindingBytes), k.buffers[i]!)),
            params,
            block,
          );
      }),
  };
}
function viewOf(bytes: Uint8Array, dtype: DType): TypedArray {
  const { array, bytes: width } = dtypeInfo(dtype);
  const View = array as unknown as new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray;
  return new View(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / width));
}

export const strictBackend = (options: StrictOptions = {}): KernelBackend => kernelBackend(strictDevice(options));
