/** How long each dispatch took, by timestamps that the GPU writes around it. */
import { emit } from "@antler/tensor-core";
import { usage } from "./blocks.ts";

export interface Profiler {
  /** What to begin a pass of one dispatch with. */
  begin(name: string, bytes: number): GPUComputePassDescriptor;
  /** Puts the batch's timestamps behind its commands; to be called before it is handed over. */
  collect(encoder: GPUCommandEncoder): void;
  /** Reads them and tells who listens; to be called after. */
  tell(): void;
}

/** Timestamps are of 64 bits, and there are two of a dispatch. */
const BYTES = 16;
const queryResolve = 512;

/** @param most dispatches of a batch */
export function profiler(device: GPUDevice, most: number): Profiler {
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 * most });
  const resolved = device.createBuffer({ size: BYTES * most, usage: queryResolve | usage.copySource });
  let noted: { readonly name: string; readonly bytes: number }[] = [];
  let staging: GPUBuffer | undefined;

  async function read(buffer: GPUBuffer, list: typeof noted): Promise<void> {
    await buffer.mapAsync(1);
    const times = new BigInt64Array(buffer.getMappedRange());
    list.forEach(({ name, bytes }, k) => {
      emit({ kind: "time", backend: "webgpu", name, ms: Number(times[2 * k + 1]! - times[2 * k]!) / 1e6, bytes });
    });
    buffer.destroy();
  }
  return {
    begin(name, bytes) {
      const at = 2 * noted.length;
      noted.push({ name, bytes });
      return { timestampWrites: { querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 } };
    },
    collect(encoder) {
      if (noted.length === 0) return;
      const size = BYTES * noted.length;
      staging = device.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
      encoder.resolveQuerySet(querySet, 0, 2 * noted.length, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    },
    tell() {
      // A device that is lost has nothing to tell.
      if (staging) read(staging, noted).catch(() => {});
      staging = undefined;
      noted = [];
    },
  };
}
