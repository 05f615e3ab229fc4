/** Numbers from the GPU to the host, through buffers that can be mapped. */
import { roomFor, usage, type View } from "./blocks.ts";
import type { Commands } from "./queue.ts";

export interface Reads {
  /** The bytes of some views, all as they are at one moment. */
  read(views: readonly View[]): Promise<Uint8Array[]>;
  readonly count: number;
  readonly bytes: number;
}
/** Staging buffers of one size that are kept. */
const KEPT = 4;

export function reads(device: GPUDevice, queue: Commands): Reads {
  const free = new Map<number, GPUBuffer[]>();
  let count = 0;
  let total = 0;

  async function read(views: readonly View[]): Promise<Uint8Array[]> {
    // Copies go by whole words.
    let at = 0;
    const parts = views.map(({ block, offset, bytes }) => {
      const from = offset & ~3;
      const part = { block, from, at, lead: offset - from, bytes, length: Math.ceil((offset + bytes - from) / 4) * 4 };
      at += part.length;
      return part;
    });
    count++;
    total += at;
    if (at === 0) return views.map(() => new Uint8Array(0));
    const room = roomFor(at);
    const staging = free.get(room)?.pop() ?? device.createBuffer({ size: room, usage: usage.mapRead | usage.copyTarget });
    for (const p of parts) if (p.length > 0) queue.copy(p.block, p.from, staging, p.at, p.length);
    queue.flush();
    await staging.mapAsync(1, 0, at);
    const mapped = new Uint8Array(staging.getMappedRange(0, at));
    const out = parts.map((p) => mapped.slice(p.at + p.lead, p.at + p.lead + p.bytes));
    staging.unmap();
    keep(room, staging);
    return out;
  }
  function keep(room: number, staging: GPUBuffer): void {
    const list = free.get(room);
    if (!list) free.set(room, [staging]);
    else if (list.length < KEPT) list.push(staging);
    else staging.destroy();
  }
  return {
    read,
    get count() {
      return count;
    },
    get bytes() {
      return total;
    },
  };
}
