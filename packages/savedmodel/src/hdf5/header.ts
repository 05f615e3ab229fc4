/** Object headers, of both versions: the list of messages that says what an object is. */
import type { ByteReader } from "../bytes.ts";
import { type Hdf5File, startsWith } from "./file.ts";

/** The messages this package reads or writes. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fill: 0x05,
  link: 0x06,
  external: 0x07,
  layout: 0x08,
  groupInfo: 0x0a,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly type: number;
  readonly body: ByteReader;
}

/** The messages of the object whose header is at an address. */
export function readHeader(file: Hdf5File, address: number): Message[] {
  const start = file.open(address, Math.min(4, file.after(address)), "an object header");
  return startsWith(start.bytes, "OHDR") ? readVersion2(file, address) : readVersion1(file, address);
}

/** The first message of a type. */
export const find = (messages: readonly Message[], type: number): ByteReader | undefined =>
  messages.find((message) => message.type === type)?.body;

const SHARED = 2;

function readVersion1(file: Hdf5File, address: number): Message[] {
  const prefix = file.open(address, 16, "an object header");
  const version = prefix.u8();
  if (version !== 1) throw file.error(`no object header is where one should be (at byte ${address})`);
  prefix.skip(7);
  return readBlocks(file, file.open(address + 16, prefix.u32(), "an object header"), {
    fixed: 8,
    next: (reader) => ({ type: reader.u16(), size: reader.u16(), flags: reader.part(4).u8() }),
    open: (at, length) => file.open(at, length, "the rest of an object header"),
  });
}

function readVersion2(file: Hdf5File, address: number): Message[] {
  const prefix = file.open(address, Math.min(34, file.after(address)), "an object header");
  prefix.skip(4);
  const version = prefix.u8();
  if (version !== 2) throw file.error(`it has an object header of version ${version}`);
  const flags = prefix.u8();
  if (flags & 0x20) prefix.skip(16); // four times
  if (flags & 0x10) prefix.skip(4); // how many attributes are compact
  const size = prefix.unsigned(1 << (flags & 3));
  const ordered = (flags & 4) !== 0;
  return readBlocks(file, file.open(address + prefix.at, size, "an object header"), {
    fixed: ordered ? 6 : 4,
    next(reader) {
      const message = { type: reader.u8(), size: reader.u16(), flags: reader.u8() };
      if (ordered) reader.u16();
      return message;
    },
    // Four letters before, a checksum behind.
    open: (at, length) => file.openSigned(at, length, "OCHK").part(Math.max(0, length - 8)),
  });
}

interface Form {
  /** Bytes before a message's body. */
  readonly fixed: number;
  next(reader: ByteReader): { readonly type: number; readonly size: number; readonly flags: number };
  /** A continued block. */
  open(address: number | undefined, length: number): ByteReader;
}

function readBlocks(file: Hdf5File, first: ByteReader, form: Form): Message[] {
  const messages: Message[] = [];
  const blocks = [first];
  for (const block of blocks) {
    while (block.left >= form.fixed) {
      const { type, size, flags } = form.next(block);
      const body = block.part(size);
      if (type === MESSAGE.continuation) blocks.push(form.open(body.address(), body.u64()));
      else if (flags & SHARED) throw file.error("it shares parts of its header with others, which this reader does not know");
      else if (type !== 0) messages.push({ type, body });
    }
  }
  return messages;
}
