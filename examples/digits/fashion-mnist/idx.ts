// The idx format of MNIST and its successors: sizes and unsigned bytes, as they are or compressed by gzip.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { FormatError } from "@antler/tensor-core";

export interface Idx {
  readonly shape: readonly number[];
  /** `shape`'s elements, row by row: a view of the file's bytes. */
  readonly data: Uint8Array;
}

/** The most bytes of a file, and the most that come out of it, 64 MiB. The largest of Fashion-MNIST has 45. */
export const MAX_BYTES: number = 1 << 26;
const MAX_RANK = 4;
const UNSIGNED_BYTE = 0x08;

/**
 * Reads `folder/name.gz`, or `folder/name` where there is no such file.
 *
 * @throws FormatError if the file is missing, damaged or larger than `MAX_BYTES`
 * @example
 * const { shape, data } = await readIdx("/data/fashion-mnist", "t10k-images-idx3-ubyte"); // shape [10000, 28, 28]
 */
export async function readIdx(folder: string, name: string): Promise<Idx> {
  for (const file of [join(folder, `${name}.gz`), join(folder, name)]) {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) continue;
    if (found.size > MAX_BYTES) throw new FormatError("readIdx", `${file} is larger than ${MAX_BYTES} bytes`);
    return parseIdx(await unzipped(await readFile(file), file), file);
  }
  throw new FormatError("readIdx", `neither ${name}.gz nor ${name} is in ${folder}`, {
    hint: "Name the folder that holds the data set's original files.",
  });
}

/** The content of a gzip file; other bytes as they are, whatever the file is called. */
async function unzipped(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new FormatError("readIdx", `${file} cannot be decompressed: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/**
 * Two zeros, the type of the elements, the number of axes; each axis's size, in four bytes, the highest first; the elements.
 *
 * @param file names the bytes in errors
 * @throws FormatError if these are not the bytes of one whole idx file of unsigned bytes
 */
export function parseIdx(bytes: Uint8Array, file: string): Idx {
  const wrong = (problem: string): FormatError => new FormatError("parseIdx", `${file} ${problem}`);
  const [zero, alsoZero, type, rank] = bytes;
  if (rank === undefined || zero !== 0 || alsoZero !== 0) throw wrong("does not begin as an idx file does");
  if (type !== UNSIGNED_BYTE) throw wrong(`holds elements of type ${type}, not unsigned bytes (${UNSIGNED_BYTE})`);
  if (rank < 1 || rank > MAX_RANK) throw wrong(`has ${rank} axes, not 1 to ${MAX_RANK}`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw wrong("ends within its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // Four factors below 2^32 may be rounded as a product, but not to one as small as a file.
  const claimed = shape.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(start);
  if (data.length !== claimed) {
    throw wrong(`holds ${data.length} elements, but its header promises ${shape.join(" × ")} = ${claimed}`);
  }
  return { shape, data };
}
