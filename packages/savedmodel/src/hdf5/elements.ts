/** Elements: the bytes of an array as typed arrays and texts, and back. */
import { DTypeError, dtypeInfo, ShapeError, type TypedArray } from "@antler/tensor-core";
import { allocate, ByteReader, ByteWriter, decodeText, type ErrorOf } from "../bytes.ts";
import type { Datatype } from "./datatype.ts";
import type { GlobalHeapReader, GlobalHeapWriter } from "./global-heap.ts";
import type { H5Array, H5Data } from "./tree.ts";

interface Source {
  readonly heap: GlobalHeapReader;
  readonly error: ErrorOf;
}

/** The elements in `bytes`, as arrays of their own. */
export function decodeElements(type: Datatype, bytes: Uint8Array, { heap, error }: Source): H5Data {
  if (type.text === undefined) return decodeNumbers(type, bytes, error);
  const reader = new ByteReader(bytes, error);
  return Array.from({ length: bytes.length / type.bytes }, () => {
    if (type.text === "variable") return heap.text(reader.u32(), reader.address(), reader.u32());
    return decodeText(withoutPadding(reader.take(type.bytes), type.text!), error);
  });
}

function decodeNumbers({ dtype }: Datatype, bytes: Uint8Array, error: ErrorOf): TypedArray {
  const own = ownBytes(bytes, error);
  if (dtype === "bool" && own.some((value) => value > 1)) throw error("it holds a bool that is neither true nor false");
  return new (dtypeInfo(dtype).array)(own.buffer);
}

/** Bytes that nobody else has: a view of the file is copied, what was unpacked is kept. */
function ownBytes(bytes: Uint8Array, error: ErrorOf): Uint8Array<ArrayBuffer> {
  if (bytes.length === bytes.buffer.byteLength) return bytes as Uint8Array<ArrayBuffer>;
  const own = allocate(bytes.length, error);
  own.set(bytes);
  return own;
}

function withoutPadding(bytes: Uint8Array, padding: NonNullable<Datatype["text"]>): Uint8Array {
  const zero = bytes.indexOf(0);
  if (padding === "zero-terminated") return zero < 0 ? bytes : bytes.subarray(0, zero);
  const pad = padding === "zero-padded" ? 0 : 0x20;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === pad) end--;
  return bytes.subarray(0, end);
}

/** The bytes of an array as the file has them; numbers are not copied. */
export function encodeElements(array: H5Array, heap: GlobalHeapWriter): Uint8Array {
  const { dtype, data } = array;
  checkData(array);
  if (dtype !== "string") return bytesOf(data as TypedArray);
  const writer = new ByteWriter();
  for (const text of data as readonly string[]) heap.add(text, writer);
  return writer.finish();
}

const bytesOf = (data: TypedArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Throws where the data is not what shape and dtype say. */
function checkData({ shape, dtype, data }: H5Array): void {
  const count = shape.reduce((product, dim) => product * dim, 1);
  const fits = dtype === "string" ? Array.isArray(data) : data instanceof dtypeInfo(dtype).array;
  if (!fits) {
    const wanted = dtype === "string" ? "an array of strings" : `a ${dtypeInfo(dtype).array.name}`;
    throw new DTypeError("writeHdf5", `the data of ${dtype} is ${wanted}`, { got: [{ shape, dtype }] });
  }
  if (data.length !== count) throw new ShapeError("writeHdf5", `the data has ${data.length} elements`, { got: [{ shape, dtype }] });
}
