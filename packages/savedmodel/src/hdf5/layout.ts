/** Layouts: where the elements of a dataset lie, checked before any are read. */
import type { ByteReader } from "../bytes.ts";
import { type Chunked, type Extent, readChunks } from "./chunks.ts";
import { countOf } from "./dataspace.ts";
import type { Hdf5File } from "./file.ts";
import { filled, readFill } from "./fill.ts";
import { readFilters } from "./filters.ts";
import { find, MESSAGE, type Message } from "./header.ts";

/** Reads a dataset's layout and returns a function that gives its bytes. */
export function readLayout(file: Hdf5File, messages: readonly Message[], extent: Extent): () => Uint8Array {
  const body = find(messages, MESSAGE.layout)!;
  if (find(messages, MESSAGE.external) !== undefined) throw file.error("its data is in another file, and other files are not read");
  const layout = parse(body, file);
  const filters = readFilters(find(messages, MESSAGE.filters), file.error);
  const fill = readFill(messages, file.error);
  const size = countOf(extent.shape, file.error) * extent.bytes;

  if (layout.kind === "chunked") {
    const chunked: Chunked = { ...extent, chunk: layout.chunk, tree: layout.address, filters, fill };
    return readChunks(file, chunked);
  }
  const stored = layout.kind === "compact" ? layout.data : storedAt(file, layout.address, size);
  file.declare(size, stored?.length ?? 0);
  if (stored !== undefined && stored.length < size) throw file.error(`it needs ${size} bytes and the file has ${stored.length} for it`);
  return () => (stored === undefined ? filled(size, fill, file.error) : stored.subarray(0, size));
}

/** A dataset nobody has written to has no place. */
const storedAt = (file: Hdf5File, address: number | undefined, size: number): Uint8Array | undefined =>
  address === undefined ? undefined : file.raw(address, size, "its data");

type Layout =
  | { readonly kind: "compact"; readonly data: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number | undefined }
  | { readonly kind: "chunked"; readonly address: number | undefined; readonly chunk: readonly number[] };

function parse(body: ByteReader, file: Hdf5File): Layout {
  const version = body.u8();
  if (version !== 3 && version !== 4) throw file.error(`it has a layout of version ${version}`);
  switch (body.u8()) {
    case 0:
      return { kind: "compact", data: body.take(body.u16()) };
    case 1:
      return { kind: "contiguous", address: body.address() };
    case 2: {
      if (version === 4) throw file.error("it has chunks of HDF5's latest format, which this reader does not know");
      const rank = body.u8();
      const address = body.address();
      return { kind: "chunked", address, chunk: Array.from({ length: rank }, () => body.u32()) };
    }
    default:
      throw file.error("it is a view of other datasets (virtual), which this reader does not know");
  }
}
