/** Numbers from the GPU to the host, through buffers that can be mapped. */
import { type Block, roomFor, usage, type View } from "./blocks.ts";
import type { Commands } from "./queue.ts";

export interface Reads {
  read(view: View, bytes: number): Promise<Uint8Array>;
  readonly count: number;
}

export function reads(device: GPUDevice, queue: Commands): Reads {
  const free = new Map<number, GPUBuffer[]>();
  let count = 0;

  async function read({ block, offset }: View, bytes: number): Promise<Uint8Array> {
    count++;
    // Copies go by whole words.
    const from = offset & ~3;
    const length = Math.ceil((offset + bytes - from) / 4) * 4;
    if (length === 0) return new Uint8Array(0);
    const room = roomFor(length);
    const staging = free.get(room)?.pop() ?? device.createBuffer({ size: room, usage: usage.mapRead | usage.copyTarget });
    queue.copy(block as Block, from, staging, 0, length);
    queue.flush();
    await staging.mapAsync(1, 0, length);
    const out = new Uint8Array(staging.getMappedRange(0, length)).slice(offset - from, offset - from + bytes);
    staging.unmap();
    const list = free.get(room);
    if (!list) free.set(room, [staging]);
    else if (list.length < 4) list.push(staging);
    else staging.destroy();
    return out;
  }
  return {
    read,
    get count() {
      return count;
    },
  };
}
