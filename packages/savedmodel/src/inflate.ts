/** Inflating: deflate and zlib streams of known size, stopped as soon as they grow beyond it. */
import { Inflate, Unzlib } from "fflate";
import { allocate, type ErrorOf } from "./bytes.ts";

export interface InflateOptions {
  /** "raw" in zip archives, "zlib" (two bytes before, a checksum behind) in HDF5. */
  readonly wrapper: "raw" | "zlib";
  /** How many bytes come out; any other number is an error. */
  readonly size: number;
  readonly error: ErrorOf;
}

/** Deflate makes at most 258 bytes of 2 bits. */
const MOST_EXPANSION = 1032;
/** Deflate can store what it cannot shrink; only who wants to waste our time takes much more than that. */
const MOST_OVERHEAD = 2;
/** Compressed bytes taken in at a time: what comes out of them before anyone looks stays below 17 MB. */
const SLICE = 1 << 14;

/** Inflates `bytes` into exactly `size` bytes. A damaged stream, or one of another size, is an error. */
export function inflate(bytes: Uint8Array, { wrapper, size, error }: InflateOptions): Uint8Array<ArrayBuffer> {
  // Before anything is allocated: a size that no stream of this length can have is a lie.
  if (size > MOST_EXPANSION * bytes.length) throw error(`${bytes.length} compressed bytes cannot hold ${size} bytes`);
  if (bytes.length > MOST_OVERHEAD * size + SLICE) throw error(`${bytes.length} compressed bytes are too many for ${size} bytes`);
  const out = allocate(size, error);
  let length = 0;
  const take = (part: Uint8Array): void => {
    if (length + part.length > size) throw error(`compressed bytes hold more than the ${size} bytes they should`);
    out.set(part, length);
    length += part.length;
  };
  const stream = wrapper === "raw" ? new Inflate(take) : new Unzlib(take);
  try {
    for (let at = 0; at === 0 || at < bytes.length; at += SLICE) stream.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "FormatError") throw cause;
    throw error(`compressed bytes are damaged (${cause instanceof Error ? cause.message : cause})`);
  }
  if (length !== size) throw error(`compressed bytes hold ${length} bytes where ${size} should be`);
  if (wrapper === "zlib" && !hasAdler(bytes, out)) throw error("compressed bytes are damaged: their checksum differs");
  return out;
}

/** Whether a zlib stream ends with the Adler-32 of what came out of it (RFC 1950, section 8.2). */
function hasAdler(stream: Uint8Array, data: Uint8Array): boolean {
  let a = 1;
  let b = 0;
  // 3800 sums stay below 2^31 even if every byte is 255.
  for (let at = 0; at < data.length; ) {
    for (const end = Math.min(at + 3800, data.length); at < end; at++) b += a += data[at]!;
    a %= 65521;
    b %= 65521;
  }
  const end = stream.length;
  return stream[end - 4] === b >> 8 && stream[end - 3] === (b & 255) && stream[end - 2] === a >> 8 && stream[end - 1] === (a & 255);
}
