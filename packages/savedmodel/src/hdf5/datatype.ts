/** Datatype messages: how HDF5 says what one element is. */
import { type DType, DTypeError, dtypeInfo } from "@antler/tensor-core";
import { type ByteReader, ByteWriter, type ErrorOf } from "../bytes.ts";

/** One element as the file has it. */
export interface Datatype {
  readonly dtype: DType;
  /** Bytes of one element in the file; of variable text, those of the reference to it. */
  readonly bytes: number;
  readonly text?: "zero-terminated" | "zero-padded" | "space-padded" | "variable";
  /** Bytes the file gives no meaning: Keras's bfloat16, if the attributes do not say otherwise. */
  readonly opaque?: boolean;
}

const FIXED_POINT = 0;
const FLOATING_POINT = 1;
const STRING = 3;
const OPAQUE = 5;
const ENUM = 8;
const VARIABLE = 9;
/** A length, an address and an index. */
export const REFERENCE_BYTES = 16;

/** Bits of a float: all, exponent, mantissa. The sign is the highest, the exponent's bias half of its range. */
const floats: readonly (readonly [DType, number, number, number])[] = [
  ["float16", 16, 5, 10],
  ["float32", 32, 8, 23],
  ["float64", 64, 11, 52],
  ["bfloat16", 16, 8, 7],
];

export function readDatatype(reader: ByteReader, error: ErrorOf): Datatype {
  const classAndVersion = reader.u8();
  const flags = reader.u8() | (reader.u8() << 8) | (reader.u8() << 16);
  const bytes = reader.u32();
  const version = classAndVersion >> 4;
  if (version < 1 || version > 3) throw error(`it has a datatype of version ${version}`);
  if (bytes === 0) throw error("it holds elements of no bytes");
  switch (classAndVersion & 15) {
    case FIXED_POINT:
      return { dtype: integerOf(reader, flags, bytes, error), bytes };
    case FLOATING_POINT:
      return { dtype: floatOf(reader, flags, bytes, error), bytes };
    case STRING:
      return { dtype: "string", bytes, text: paddings[flags & 15] ?? unsupported("a text with unknown padding", error) };
    case OPAQUE:
      if (bytes !== 2) return unsupported(`opaque elements of ${bytes} bytes`, error);
      return { dtype: "bfloat16", bytes, opaque: true };
    case ENUM:
      return readBool(reader, { version, members: flags & 0xffff, bytes }, error);
    case VARIABLE:
      if ((flags & 15) !== 1 || bytes !== REFERENCE_BYTES) return unsupported("lists of variable length", error);
      return { dtype: "string", bytes, text: "variable" };
    default:
      return unsupported(`elements of class ${classAndVersion & 15}`, error);
  }
}

/** The message for a dtype. Throws a DTypeError where Keras's files have none. */
export function encodeDatatype(dtype: DType): Uint8Array {
  const { kind, bytes } = dtypeInfo(dtype);
  // The classes' version is 1, in the upper half of the byte.
  const start = (number: number, flags: number, size: number): ByteWriter =>
    new ByteWriter()
      .u8(0x10 | number)
      .u8(flags & 255)
      .u16(flags >> 8)
      .u32(size);
  const int8 = [0x10, 8, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];
  const uint8 = [0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];
  if (dtype === "bfloat16") return start(OPAQUE, 0, bytes).finish();
  if (kind === "string") return start(VARIABLE, 0x101, REFERENCE_BYTES).put(uint8).finish();
  if (kind === "bool") return start(ENUM, 2, bytes).put(int8).ascii("FALSE\0\0\0TRUE\0\0\0\0").put([0, 1]).finish();
  if (kind === "int" || kind === "uint") {
    return start(FIXED_POINT, kind === "int" ? 8 : 0, bytes)
      .u16(0)
      .u16(8 * bytes)
      .finish();
  }
  const float = floats.find(([name]) => name === dtype);
  if (float === undefined) throw new DTypeError("writeHdf5", `${dtype} cannot be written`, { hint: "Write its parts as two datasets." });
  const [, bits, exponent, mantissa] = float;
  return start(FLOATING_POINT, 0x20 | ((bits - 1) << 8), bytes)
    .u16(0)
    .u16(bits)
    .put([mantissa, exponent, 0, mantissa])
    .u32(2 ** (exponent - 1) - 1)
    .finish();
}

const paddings = ["zero-terminated", "zero-padded", "space-padded"] as const;

function integerOf(reader: ByteReader, flags: number, bytes: number, error: ErrorOf): DType {
  const plain = (flags & 1) === 0 && reader.u16() === 0 && reader.u16() === 8 * bytes;
  if (!plain || ![1, 2, 4, 8].includes(bytes)) return unsupported("integers that are big endian or of unusual size", error);
  return `${flags & 8 ? "int" : "uint"}${8 * bytes}` as DType;
}

function floatOf(reader: ByteReader, flags: number, bytes: number, error: ErrorOf): DType {
  const [offset, precision, exponentAt, exponent, mantissaAt, mantissa, bias] = [
    reader.u16(),
    reader.u16(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.u32(),
  ];
  const found = floats.find(([, bits, e, m]) => bits === 8 * bytes && e === exponent && m === mantissa);
  const placed = offset === 0 && precision === 8 * bytes && mantissaAt === 0 && exponentAt === mantissa && flags >> 8 === precision - 1;
  if (!found || !placed || (flags & 0x71) !== 0x20 || bias !== 2 ** (exponent - 1) - 1) {
    return unsupported("floats that are big endian or of unusual form", error);
  }
  return found[0];
}

interface Enum {
  readonly version: number;
  readonly members: number;
  readonly bytes: number;
}
/** NumPy's bool is an enum of one byte with the members FALSE and TRUE; no other enum is known to occur. */
function readBool(reader: ByteReader, { version, members, bytes }: Enum, error: ErrorOf): Datatype {
  const base = readDatatype(reader, error);
  const names: string[] = [];
  for (let i = 0; i < Math.min(members, 3); i++) {
    const start = reader.at;
    names.push(reader.zeroTerminated());
    if (version < 3) reader.skip((8 - ((reader.at - start) % 8)) % 8);
  }
  const isBool = base.bytes === 1 && bytes === 1 && names.join() === "FALSE,TRUE" && reader.u8() === 0 && reader.u8() === 1;
  return isBool ? { dtype: "bool", bytes } : unsupported("an enumeration other than bool", error);
}

function unsupported(what: string, error: ErrorOf): never {
  throw error(`it holds ${what}, which Keras's files do not have and this reader does not know`);
}
