/** Dataspace messages: how HDF5 says a shape. */
import { type ByteReader, ByteWriter, type ErrorOf } from "../bytes.ts";

/** The most dimensions HDF5 allows. */
export const MAX_RANK = 32;

/** The shape; of a null dataspace, which has no elements, `[0]`. */
export function readDataspace(reader: ByteReader, error: ErrorOf): number[] {
  const version = reader.u8();
  const rank = reader.u8();
  reader.u8();
  const kind = reader.u8();
  if (version === 1) reader.skip(4);
  else if (version !== 2) throw error(`it has a dataspace of version ${version}`);
  if (rank > MAX_RANK) throw error(`it has ${rank} dimensions, and HDF5 allows ${MAX_RANK}`);
  if (version === 2 && kind === 2) return [0];
  return Array.from({ length: rank }, () => reader.u64());
}

export function encodeDataspace(shape: readonly number[]): Uint8Array {
  // h5py repeats the shape as the greatest shape the dataset may grow to.
  const writer = new ByteWriter()
    .put([1, shape.length])
    .u8(shape.length > 0 ? 1 : 0)
    .zeros(5);
  for (const dim of [...shape, ...shape]) writer.u64(dim);
  return writer.finish();
}

/** How many elements a shape has: an error where that is no exact number. */
export function countOf(shape: readonly number[], error: ErrorOf): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (!(count <= Number.MAX_SAFE_INTEGER)) throw error(`its shape [${shape.join(", ")}] has more elements than any memory holds`);
  return count;
}
