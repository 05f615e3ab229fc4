/** Attributes: small named values in an object's header, read and written. */
import { ValueError } from "@antler/tensor-core";
import { type ByteReader, ByteWriter, encodeText } from "../bytes.ts";
import { countOf, encodeDataspace, readDataspace } from "./dataspace.ts";
import { encodeDatatype, readDatatype } from "./datatype.ts";
import { decodeElements, encodeElements } from "./elements.ts";
import type { Hdf5File } from "./file.ts";
import type { GlobalHeapReader, GlobalHeapWriter } from "./global-heap.ts";
import { find, MESSAGE, type Message } from "./header.ts";
import type { H5Array, H5Attribute } from "./tree.ts";

/** The attributes of an object. */
export function readAttributes(file: Hdf5File, heap: GlobalHeapReader, messages: readonly Message[]): Map<string, H5Attribute> {
  const info = find(messages, MESSAGE.attributeInfo);
  if (info !== undefined) refuseDense(file, info);
  const attributes = new Map<string, H5Attribute>();
  for (const { type, body } of messages) {
    if (type !== MESSAGE.attribute) continue;
    const [name, value] = readAttribute(file, heap, body);
    if (attributes.has(name)) throw file.error(`it has two attributes ${JSON.stringify(name)}`);
    attributes.set(name, value);
  }
  return attributes;
}

/** Attributes of files in the latest format may lie in a heap of their own, which Keras's files do not have. */
function refuseDense(file: Hdf5File, info: ByteReader): void {
  info.skip(1);
  if (info.u8() & 1) info.skip(2);
  if (info.address() !== undefined) throw file.error("it has its attributes outside of its header, which this reader does not know");
}

function readAttribute(file: Hdf5File, heap: GlobalHeapReader, body: ByteReader): [string, H5Attribute] {
  const version = body.u8();
  if (version < 1 || version > 3) throw file.error(`it has an attribute of version ${version}`);
  const flags = body.u8();
  if (version > 1 && flags !== 0) throw file.error("it has an attribute that shares its type, which this reader does not know");
  const sizes = [body.u16(), body.u16(), body.u16()] as const;
  if (version === 3) body.skip(1);
  const [name, typePart, spacePart] = sizes.map((size) => {
    const part = body.part(size);
    if (version === 1) body.align8();
    return part;
  }) as [ByteReader, ByteReader, ByteReader];

  const text = name.zeroTerminated();
  const type = readDatatype(typePart, file.error);
  const shape = readDataspace(spacePart, file.error);
  const bytes = body.take(countOf(shape, file.error) * type.bytes);
  return [text, simplest({ shape, dtype: type.dtype, data: decodeElements(type, bytes, { heap, error: file.error }) })];
}

/** A text, a list of texts, or all there is to say. */
function simplest(array: H5Array): H5Attribute {
  const { shape, dtype, data } = array;
  if (dtype !== "string" || shape.length > 1) return array;
  return shape.length === 1 ? (data as readonly string[]) : (data[0] as string);
}

/** The least size of a message's body that its two bytes of length cannot say. */
const TOO_LONG = 2 ** 16 - 8;

/** The body of an attribute's message. */
export function encodeAttribute(name: string, value: H5Attribute, heap: GlobalHeapWriter): Uint8Array {
  const array = arrayOf(value);
  const type = encodeDatatype(array.dtype);
  const space = encodeDataspace(array.shape);
  const nameBytes = encodeText(`${name}\0`);
  const writer = new ByteWriter().u16(1).u16(nameBytes.length).u16(type.length).u16(space.length);
  for (const part of [nameBytes, type, space]) writer.put(part).align8();
  writer.put(encodeElements(array, heap));
  if (writer.length >= TOO_LONG) {
    throw new ValueError(
      "writeHdf5",
      `the attribute ${JSON.stringify(name)} takes ${writer.length} bytes, and HDF5 allows ${TOO_LONG - 1}`,
      {
        hint: "Split it into several, as Keras does with layer_names0, layer_names1, …, or write one long text.",
      },
    );
  }
  return writer.align8().finish();
}

function arrayOf(value: H5Attribute): H5Array {
  if (typeof value === "string") return { shape: [], dtype: "string", data: [value] };
  return isList(value) ? { shape: [value.length], dtype: "string", data: value } : value;
}
const isList = (value: H5Attribute): value is readonly string[] => Array.isArray(value);
