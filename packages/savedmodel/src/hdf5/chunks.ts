/** Chunked datasets: boxes of equal shape, found through a B-tree, unpacked and put in their places. */
import { countOf } from "./dataspace.ts";
import type { Hdf5File } from "./file.ts";
import { filled } from "./fill.ts";
import { type Filter, unfilter } from "./filters.ts";
import { openNode } from "./links.ts";

/** The size of a dataset. */
export interface Extent {
  readonly shape: readonly number[];
  /** Of one element. */
  readonly bytes: number;
}

export interface Chunked extends Extent {
  /** The shape of a chunk, and as last dimension the bytes of an element. */
  readonly chunk: readonly number[];
  readonly tree: number | undefined;
  readonly filters: readonly Filter[];
  readonly fill: Uint8Array | undefined;
}

/** One chunk in the file. */
interface Stored {
  readonly bytes: Uint8Array;
  readonly mask: number;
  /** Where its first element belongs. */
  readonly offsets: readonly number[];
}

/** Finds the chunks and returns a function that gives all bytes of the dataset. */
export function readChunks(file: Hdf5File, chunked: Chunked): () => Uint8Array {
  const { shape, bytes, fill, filters } = chunked;
  const chunk = chunked.chunk.slice(0, -1);
  if (chunk.length !== shape.length || chunk.includes(0) || chunked.chunk.at(-1) !== bytes) {
    throw file.error(`chunks of shape [${chunked.chunk.join(", ")}] do not divide shape [${shape.join(", ")}]`);
  }
  const places = countOf(
    shape.map((dim, axis) => Math.ceil(dim / chunk[axis]!)),
    file.error,
  );
  const size = countOf(chunk, file.error) * bytes;
  const found = places === 0 || chunked.tree === undefined ? [] : collect(file, chunked, chunked.tree);
  if (found.length > places) throw file.error(`it has ${found.length} chunks where ${places} fit`);
  // Whole chunks are unpacked, also where they stick out.
  file.declare(
    places * size,
    found.reduce((sum, stored) => sum + stored.bytes.length, 0),
  );
  return () => {
    const all = filled(countOf(shape, file.error) * bytes, fill, file.error);
    for (const { bytes: stored, mask, offsets } of found) {
      const whole = unfilter(stored, { filters, mask, size, element: bytes, error: file.error });
      place(whole, { into: all, shape, chunk, offsets, bytes });
    }
    return all;
  };
}

function collect(file: Hdf5File, { shape, chunk }: Chunked, tree: number): Stored[] {
  const found: Stored[] = [];
  const keyBytes = 8 * (chunk.length + 1);
  const walk = (address: number | undefined, promised?: number): void => {
    const { level, entries } = openNode(file, address, { type: 1, level: promised });
    const reader = file.open(address! + 24, entries * (keyBytes + 8) + keyBytes, "a B-tree of chunks");
    for (let i = 0; i < entries; i++) {
      const key = reader.part(keyBytes);
      const child = reader.address();
      if (level > 0) {
        walk(child, level - 1);
        continue;
      }
      const [size, mask] = [key.u32(), key.u32()];
      const offsets = shape.map(() => key.u64());
      if (offsets.some((offset, axis) => offset >= shape[axis]! || offset % chunk[axis]! !== 0)) {
        throw file.error(`a chunk of it belongs at [${offsets.join(", ")}], where none can be`);
      }
      // Chunks that lie on each other would be unpacked again and again.
      file.spend(size);
      found.push({ bytes: file.raw(child, size, "a chunk of it"), mask, offsets });
    }
  };
  walk(tree);
  return found;
}

interface Target {
  readonly into: Uint8Array;
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly offsets: readonly number[];
  readonly bytes: number;
}
/** Copies the part of a chunk that lies inside the dataset, row by row. */
function place(from: Uint8Array, { into, shape, chunk, offsets, bytes }: Target): void {
  const last = shape.length - 1;
  const inside = shape.map((dim, axis) => Math.min(chunk[axis]!, dim - offsets[axis]!));
  const row = (inside[last] ?? 1) * bytes;
  const copy = (axis: number, source: number, target: number): void => {
    if (axis >= last) {
      const start = (target + (offsets[last] ?? 0)) * bytes;
      into.set(from.subarray(source * bytes, source * bytes + row), start);
      return;
    }
    for (let i = 0; i < inside[axis]!; i++) {
      copy(axis + 1, (source + i) * chunk[axis + 1]!, (target + offsets[axis]! + i) * shape[axis + 1]!);
    }
  };
  copy(0, 0, 0);
}
