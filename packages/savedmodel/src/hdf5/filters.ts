/** Filters: what the chunks of a dataset went through when they were written, undone. */
import type { ByteReader, ErrorOf } from "../bytes.ts";
import { inflate } from "../inflate.ts";

export type Filter = "deflate" | "shuffle";

const names: ReadonlyMap<number, string> = new Map([
  [3, "fletcher32"],
  [4, "szip"],
  [5, "nbit"],
  [6, "scaleoffset"],
  [32000, "lzf"],
  [32001, "blosc"],
]);

/** As many as a chunk's mask has bits. */
const MOST_FILTERS = 32;

/** The filters in the order in which they were applied. */
export function readFilters(body: ByteReader | undefined, error: ErrorOf): Filter[] {
  if (body === undefined) return [];
  const version = body.u8();
  if (version !== 1 && version !== 2) throw error(`it has filters of version ${version}`);
  const count = body.u8();
  if (count > MOST_FILTERS) throw error(`it went through ${count} filters, and HDF5 allows ${MOST_FILTERS}`);
  if (version === 1) body.skip(6);
  return Array.from({ length: count }, () => {
    const id = body.u16();
    const nameBytes = version === 1 || id >= 256 ? body.u16() : 0;
    body.skip(2);
    const values = body.u16();
    body.skip(nameBytes + 4 * values + (version === 1 && values % 2 === 1 ? 4 : 0));
    if (id !== 1 && id !== 2) throw error(`it is packed with the filter ${names.get(id) ?? id}; only gzip and shuffle are known`);
    return id === 1 ? "deflate" : "shuffle";
  });
}

export interface Unfilter {
  readonly filters: readonly Filter[];
  /** A bit for each filter this chunk did not go through. */
  readonly mask: number;
  /** Bytes of the chunk before all filters, and of one element. */
  readonly size: number;
  readonly element: number;
  readonly error: ErrorOf;
}

/** A chunk as it was before the filters. */
export function unfilter(stored: Uint8Array, { filters, mask, size, element, error }: Unfilter): Uint8Array {
  let bytes = stored;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    // No filter but deflate changes the size, and two of those in a row nobody writes.
    bytes = filters[i] === "deflate" ? inflate(bytes, { wrapper: "zlib", size, error }) : unshuffle(bytes, element);
  }
  if (bytes.length !== size) throw error(`a chunk of it has ${bytes.length} bytes where ${size} should be`);
  return bytes;
}

/** Shuffle puts all first bytes of the elements before all second ones, and so on; what makes no whole element stays behind. */
function unshuffle(bytes: Uint8Array, element: number): Uint8Array {
  const count = Math.floor(bytes.length / element);
  if (element < 2 || count < 2) return bytes;
  const out = bytes.slice();
  for (let byte = 0; byte < element; byte++) {
    for (let i = 0, from = byte * count, to = byte; i < count; i++, to += element) out[to] = bytes[from++]!;
  }
  return out;
}
