/** Memory of the GPU: buffers given out, taken back and given out again. */
import { BackendError } from "@antler/tensor-core";

/** One buffer. */
export interface Block {
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** The batch that last mentioned it. */
  batch: number;
}
/** What the compiler calls a buffer: a part of a block. */
export interface View {
  readonly block: Block;
  readonly offset: number;
  readonly bytes: number;
}

// The numbers of the standard; not every environment has them by name.
export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;

/** Sizes grow by eighths, so that few are left over. */
export function roomFor(bytes: number): number {
  if (bytes <= 4096) return Math.max(256, Math.ceil(bytes / 256) * 256);
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 4);
  return Math.ceil(bytes / step) * step;
}

export interface Blocks {
  /** How much is given out, and how much is kept for later. */
  readonly usedBytes: number;
  readonly keptBytes: number;
  take(bytes: number): Block;
  give(block: Block): void;
  /** A buffer that somebody else made. */
  adopt(gpu: GPUBuffer): Block;
  /** Gives what is kept back to the machine. */
  evict(): void;
}

/** Bytes that may lie about unused before they are given back. */
const KEPT = 1 << 28;

/** @param gone is told of every buffer that is destroyed, before it is. */
export function blocks(device: GPUDevice, gone: (block: Block) => void): Blocks {
  const free = new Map<number, Block[]>();
  const adopted = new Set<Block>();
  const { storage, copySource, copyTarget } = usage;
  let next = 1;
  let used = 0;
  let kept = 0;

  function make(bytes: number): Block {
    if (bytes > device.limits.maxBufferSize) {
      throw new BackendError("webgpu", `a buffer of ${bytes} bytes is over the device's maxBufferSize of ${device.limits.maxBufferSize}`, {
        hint: "Work on smaller batches, or use the CPU backend.",
      });
    }
    return { id: next++, gpu: device.createBuffer({ size: bytes, usage: storage | copySource | copyTarget }), bytes, batch: -1 };
  }
  function destroy(block: Block): void {
    gone(block);
    block.gpu.destroy();
  }
  function evict(): void {
    for (const list of free.values()) list.forEach(destroy);
    free.clear();
    kept = 0;
  }
  return {
    get usedBytes() {
      return used;
    },
    get keptBytes() {
      return kept;
    },
    take(bytes) {
      const room = Math.min(roomFor(bytes), Math.max(device.limits.maxBufferSize, bytes));
      used += room;
      const found = free.get(room)?.pop();
      if (!found) return make(room);
      kept -= room;
      return found;
    },
    give(block) {
      if (adopted.delete(block)) return gone(block);
      used -= block.bytes;
      if (kept + block.bytes > KEPT) return destroy(block);
      kept += block.bytes;
      const list = free.get(block.bytes);
      if (list) list.push(block);
      else free.set(block.bytes, [block]);
    },
    adopt(gpu) {
      const block: Block = { id: next++, gpu, bytes: gpu.size, batch: -1 };
      adopted.add(block);
      return block;
    },
    evict,
  };
}
