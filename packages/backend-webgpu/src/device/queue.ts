/** Commands in batches: written down one by one, handed to the GPU many at a time. */
import { type Block, usage } from "./blocks.ts";
import { profiler } from "./profiler.ts";

export interface Dispatch {
  readonly name: string;
  /** Of what it reads and writes, for profiles. */
  readonly bytes: number;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly blocks: readonly Block[];
  /** Workgroups; more than a dimension may have are folded into two. */
  readonly workgroups: number;
}
export interface Commands {
  /** The uniform buffer that parameters are in. */
  readonly params: GPUBuffer;
  /** Room for the parameters of the next dispatch, and where it lies. */
  room(): { readonly words: Uint32Array; readonly offset: number };
  dispatch(what: Dispatch, offset: number): void;
  copy(from: Block, fromOffset: number, to: GPUBuffer, toOffset: number, bytes: number): void;
  /** Copies bytes to a buffer now; what is written down already is done before. */
  write(to: Block, offset: number, bytes: Uint8Array): void;
  /** Hands over what is written down. */
  flush(): void;
  /** Whether commands that mention the block are still only written down. */
  isPending(block: Block): boolean;
  readonly submissions: number;
  readonly dispatches: number;
  readonly bytesWritten: number;
}

/** Bytes between the parameters of two dispatches: what WebGPU asks of dynamic offsets. */
export const STRIDE = 256;
/** The most parameters a dispatch may have. */
export const MOST_WORDS = 128;
const SLOTS = 256;
/** So many commands are worth a submission; before that, the end of the task is waited for. */
const BATCH = 64;

/** @param options.profile whether the GPU notes when each dispatch begins and ends */
export function commands(device: GPUDevice, { profile = false }: { readonly profile?: boolean } = {}): Commands {
  const { queue } = device;
  const size = SLOTS * STRIDE + 4 * MOST_WORDS;
  const params = device.createBuffer({ size, usage: usage.uniform | usage.copyTarget });
  const words = new Uint32Array(size / 4);
  const widest = device.limits.maxComputeWorkgroupsPerDimension;
  const profiles = profile && device.features.has("timestamp-query") ? profiler(device, BATCH) : undefined;
  let encoder: GPUCommandEncoder | undefined;
  let pass: GPUComputePassEncoder | undefined;
  let used = 0;
  let count = 0;
  let batch = 0;
  let submissions = 0;
  let dispatches = 0;
  let bytesWritten = 0;
  let scheduled = false;

  const encode = (): GPUCommandEncoder => {
    encoder ??= device.createCommandEncoder();
    if (!scheduled) {
      scheduled = true;
      queueMicrotask(() => {
        scheduled = false;
        flush();
      });
    }
    return encoder;
  };
  const endPass = (): void => {
    pass?.end();
    pass = undefined;
  };
  function flush(): void {
    if (!encoder) return;
    endPass();
    if (used > 0) queue.writeBuffer(params, 0, words, 0, (used * STRIDE) / 4 + MOST_WORDS);
    profiles?.collect(encoder);
    queue.submit([encoder.finish()]);
    profiles?.tell();
    encoder = undefined;
    used = count = 0;
    batch++;
    submissions++;
  }
  const counted = (): void => {
    if (++count >= BATCH) flush();
  };

  return {
    params,
    get submissions() {
      return submissions;
    },
    get dispatches() {
      return dispatches;
    },
    get bytesWritten() {
      return bytesWritten;
    },
    room() {
      // A dispatch of many parameters takes several places.
      if (used + MOST_WORDS / (STRIDE / 4) > SLOTS) flush();
      return { words: words.subarray((used * STRIDE) / 4), offset: used * STRIDE };
    },
    dispatch({ name, bytes, pipeline, group, blocks, workgroups }, offset) {
      used = offset / STRIDE + MOST_WORDS / (STRIDE / 4);
      if (profiles) endPass();
      pass ??= encode().beginComputePass(profiles?.begin(name, bytes));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, [offset]);
      if (workgroups <= widest) pass.dispatchWorkgroups(workgroups);
      else {
        const rows = Math.ceil(workgroups / widest);
        pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows);
      }
      for (const b of blocks) b.batch = batch;
      dispatches++;
      counted();
    },
    copy(from, fromOffset, to, toOffset, bytes) {
      endPass();
      encode().copyBufferToBuffer(from.gpu, fromOffset, to, toOffset, bytes);
      from.batch = batch;
      counted();
    },
    write(to, offset, bytes) {
      bytesWritten += bytes.length;
      if (to.settling) {
        const copy = bytes.slice();
        return void to.settling.then(() => queue.writeBuffer(to.gpu, offset, copy)).catch(() => {});
      }
      if (to.batch === batch) flush();
      queue.writeBuffer(to.gpu, offset, bytes as Uint8Array<ArrayBuffer>);
    },
    flush,
    isPending: (block) => encoder !== undefined && block.batch === batch,
  };
}
