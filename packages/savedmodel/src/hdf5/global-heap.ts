/** Global heaps: where texts of variable length lie, read and written. */
import { ByteWriter, decodeText, encodeText, pad8 } from "../bytes.ts";
import type { Hdf5File } from "./file.ts";
import type { Placement } from "./placement.ts";

/** Finds texts by reference; each collection is read once. */
export class GlobalHeapReader {
  readonly #file: Hdf5File;
  readonly #collections = new Map<number, ReadonlyMap<number, Uint8Array>>();

  constructor(file: Hdf5File) {
    this.#file = file;
  }
  text(length: number, address: number | undefined, index: number): string {
    // An empty text has no place.
    if (length === 0) return "";
    const object = this.#collection(address).get(index);
    if (object === undefined || object.length < length) throw this.#file.error("a text of it is missing");
    this.#file.spend(length);
    return decodeText(untilZero(object.subarray(0, length)), this.#file.error);
  }
  #collection(address: number | undefined): ReadonlyMap<number, Uint8Array> {
    const known = this.#collections.get(address ?? -1);
    if (known !== undefined) return known;
    const head = this.#file.openSigned(address, HEAD, "GCOL");
    head.skip(4);
    const all = this.#file.open(address, head.u64(), "a global heap");
    all.skip(HEAD);
    const objects = new Map<number, Uint8Array>();
    while (all.left >= HEAD) {
      const index = all.u16();
      all.skip(6);
      const size = all.u64();
      // Object 0 is the free space up to the end.
      if (index === 0) break;
      objects.set(index, all.take(size));
      all.align8();
    }
    this.#collections.set(address!, objects);
    return objects;
  }
}

/** A collection begins with this many bytes, and so does each object in it. */
const HEAD = 16;
/** The least size of a collection that the HDF5 library makes. */
const COLLECTION = 4096;

/** Collects texts; each collection gets its place when it is begun and its bytes when the file is put together. */
export class GlobalHeapWriter {
  readonly #placement: Placement;
  #objects: Uint8Array[] = [];
  #address = 0;
  #left = 0;

  constructor(placement: Placement) {
    this.#placement = placement;
  }
  /** Stores a text and writes the reference to it. */
  add(text: string, reference: ByteWriter): void {
    const bytes = encodeText(text);
    if (bytes.length === 0) {
      reference.zeros(16);
      return;
    }
    const size = HEAD + pad8(bytes.length);
    if (size > this.#left) this.#begin(Math.max(COLLECTION, HEAD + size));
    this.#left -= size;
    this.#objects.push(bytes);
    reference.u32(bytes.length).u64(this.#address).u32(this.#objects.length);
  }
  #begin(size: number): void {
    const objects: Uint8Array[] = [];
    this.#objects = objects;
    this.#left = size - HEAD;
    this.#address = this.#placement.reserve(size, () => encodeCollection(objects, size));
  }
}

function encodeCollection(objects: readonly Uint8Array[], size: number): Uint8Array {
  const writer = new ByteWriter().ascii("GCOL").put([1, 0, 0, 0]).u64(size);
  objects.forEach((object, i) => {
    writer
      .u16(i + 1)
      .u16(1)
      .u32(0)
      .u64(object.length)
      .put(object)
      .align8();
  });
  const free = size - writer.length;
  if (free >= HEAD) writer.u64(0).u64(free);
  return writer.finish();
}

const untilZero = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
};
