/** Which slots of a shader share a binding: a buffer may be bound for writing only once. */
import type { Binding, Slot } from "../wgsl/memory.ts";
import { bytesOf } from "../wgsl/text.ts";
import type { Block, View } from "./blocks.ts";

/** The part of a block that a binding shows. */
export interface Place {
  readonly block: Block;
  readonly from: number;
  readonly bytes: number;
}
/** What WebGPU asks of where bindings begin. */
const ALIGNMENT = 256;

/** The bindings that views need, and which of them each view is in. A block too large to be bound whole is bound where it is needed. */
export function placesOf(views: readonly View[], limit: number): { places: readonly Place[]; placeOf: readonly number[] } {
  const places: Place[] = [];
  const placeOf: number[] = [];
  for (const { block, offset, bytes } of views) {
    const at = places.findIndex((p) => p.block === block);
    if (block.bytes <= limit) {
      placeOf.push(at >= 0 ? at : places.push({ block, from: 0, bytes: block.bytes }) - 1);
      continue;
    }
    const from = Math.floor(offset / ALIGNMENT) * ALIGNMENT;
    const to = Math.min(block.bytes, Math.ceil((offset + bytes) / ALIGNMENT) * ALIGNMENT);
    placeOf.push(join(places, { block, from, bytes: to - from }));
  }
  return { places, placeOf };
}
/** Puts a place into the list, joined with one that it overlaps. Joining two of the list is left alone: they keep their numbers. */
function join(places: Place[], p: Place): number {
  const at = places.findIndex((q) => q.block === p.block && q.from < p.from + p.bytes && p.from < q.from + q.bytes);
  if (at < 0) return places.push(p) - 1;
  const q = places[at]!;
  const from = Math.min(p.from, q.from);
  places[at] = { block: p.block, from, bytes: Math.max(p.from + p.bytes, q.from + q.bytes) - from };
  return at;
}

/** Which binding each slot is in, and what the bindings are; `key` tells arrangements of one shader apart. */
export interface Arrangement {
  readonly bindings: readonly Binding[];
  readonly bindingOf: readonly number[];
  readonly key: string;
}
export function arrange(slots: readonly Slot[], places: readonly Place[], bindingOf: readonly number[], limit: number): Arrangement {
  const bindings = places.map(({ block, bytes }, k): Binding => {
    const mine = slots.filter((_, s) => bindingOf[s] === k);
    return {
      // All bindings of one buffer are used in one way.
      writes: slots.some((slot, s) => slot.access === "write" && places[bindingOf[s]!]!.block === block),
      atomic: mine.some((slot) => slot.atomic),
      wide: mine.some((slot) => slot.wide) && mine.every((slot) => slot.wide || (slot.access === "read" && !slot.atomic)),
      pieces: Math.max(1, Math.ceil(bytes / limit)),
      pieceWords: limit / 4,
    };
  });
  const kind = bindings.map((b) => `${b.writes ? "w" : ""}${b.atomic ? "a" : ""}${b.wide ? "v" : ""}${b.pieces}`);
  return { bindings, bindingOf, key: `${bindingOf.join()};${kind.join()}` };
}

/** Bytes of an element. */
export const widthOf = ({ dtype }: Slot): number => bytesOf(dtype);
