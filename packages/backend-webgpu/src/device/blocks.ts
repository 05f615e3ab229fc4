/** Memory of the GPU: buffers given out, taken back and given out again. */
import { BackendError, largestHolders, OutOfMemoryError } from "@antler/tensor-core";

/** One buffer. */
export interface Block {
  readonly id: number;
  /** Another one may come in its place as long as it is not sure to be there. */
  gpu: GPUBuffer;
  readonly bytes: number;
  /** The batch that last mentioned it. */
  batch: number;
  /** Until the GPU has said that there is room. */
  settling: Promise<void> | undefined;
  failure: Error | undefined;
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
  /** When everything taken is sure to be there. */
  settled(): Promise<void> | undefined;
  /** A buffer that somebody else made. */
  adopt(gpu: GPUBuffer): Block;
  /** Gives what is kept back to the machine. */
  evict(): void;
}

/** Bytes that may lie about unused before they are given back. */
const KEPT = 1 << 28;
/** For buffers from this size on, work waits until the GPU has said that there was room; smaller ones come from what drivers hold anyway. */
export const ASKED_BYTES: number = 1 << 20;

/**
 * @param gone is told of every buffer that is destroyed, before it is.
 * @param asked buffers of so many bytes are waited for
 */
export function blocks(device: GPUDevice, gone: (block: Block) => void, asked: number = ASKED_BYTES): Blocks {
  const free = new Map<number, Block[]>();
  const adopted = new Set<Block>();
  const { storage, copySource, copyTarget } = usage;
  let next = 1;
  let used = 0;
  let kept = 0;
  let settling: Promise<void> | undefined;

  function make(bytes: number): Block {
    if (bytes > device.limits.maxBufferSize) {
      throw new BackendError("webgpu", `a buffer of ${bytes} bytes is over the device's maxBufferSize of ${device.limits.maxBufferSize}`, {
        hint: "Work on smaller batches, or use the CPU backend.",
      });
    }
    const block: Block = { id: next++, gpu: undefined as never, bytes, batch: -1, settling: undefined, failure: undefined };
    if (bytes < asked) block.gpu = create(bytes);
    else settle(block);
    return block;
  }
  const create = (size: number): GPUBuffer => device.createBuffer({ size, usage: storage | copySource | copyTarget });

  /** Makes a block's buffer; where there is no room, once more when all that is kept was given back. */
  function settle(block: Block): void {
    const attempt = (): Promise<GPUError | null> => {
      device.pushErrorScope("out-of-memory");
      block.gpu = create(block.bytes);
      return device.popErrorScope();
    };
    const first = attempt();
    const mine = (async () => {
      if (!(await first)) return;
      evict();
      if (!(await attempt())) return;
      block.failure = outOfMemory(block.bytes, used);
      throw block.failure;
    })().finally(() => {
      block.settling = undefined;
    });
    block.settling = mine;
    const all = Promise.all([settling, mine]).then(() => {});
    settling = all;
    const done = (): void => {
      if (settling === all) settling = undefined;
    };
    all.then(done, done);
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
    settled: () => settling,
    give(block) {
      if (adopted.delete(block)) return gone(block);
      used -= block.bytes;
      if (block.failure) return;
      if (block.settling)
        return void block.settling.then(
          () => keep(block),
          () => {},
        );
      keep(block);
    },
    adopt(gpu) {
      const block: Block = { id: next++, gpu, bytes: gpu.size, batch: -1, settling: undefined, failure: undefined };
      adopted.add(block);
      return block;
    },
    evict,
  };
  function keep(block: Block): void {
    if (kept + block.bytes > KEPT) return destroy(block);
    kept += block.bytes;
    const list = free.get(block.bytes);
    if (list) list.push(block);
    else free.set(block.bytes, [block]);
  }
}

const outOfMemory = (bytes: number, used: number): OutOfMemoryError =>
  new OutOfMemoryError("webgpu", `the GPU has no room for ${bytes} bytes; ${used} are in use`, { hint: largestHolders() });
