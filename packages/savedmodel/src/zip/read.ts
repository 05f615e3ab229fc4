/** Reading zip archives that anyone may have made: everything is checked before anything is unpacked. */
import { FormatError, ValueError } from "@antler/tensor-core";
import { ByteReader, DEFAULT_MAX_BYTES, decodeText, plainBytes, showBytes } from "../bytes.ts";
import { inflate } from "../inflate.ts";
import { crc32 } from "./crc32.ts";
import {
  CENTRAL_BYTES,
  CENTRAL_SIGNATURE,
  DEFLATED,
  END_BYTES,
  END_SIGNATURE,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  nameProblem,
  STORED,
} from "./format.ts";

export interface ReadZipOptions {
  /** The most bytes that all members together may have once they are unpacked. Default 2 GiB. */
  readonly maxBytes?: number | undefined;
}

export interface ZipMember {
  readonly name: string;
  /** In bytes, unpacked. */
  readonly size: number;
  /** The bytes, with their checksum verified. Of a stored member they are a view of the archive. */
  read(): Uint8Array;
}

/** Keras's rule for what it unpacks: a member above this many bytes and above this many times its stored size is a bomb. */
const BOMB_BYTES = 2 ** 28;
const BOMB_EXPANSION = 100;
const ENCRYPTED = 0x2041;
/** Sizes follow the member; the central directory has them too. */
const SIZES_BEHIND = 8;
const BIG = 0xffffffff;

/**
 * The members of a zip archive by name, in the order of its directory. A FormatError where the archive is damaged or
 * cut off, not one archive from first byte to last, declares more than `maxBytes`, or has members that are encrypted,
 * packed in a way other than deflate, links, named twice, named so that they would land elsewhere, overlapping, or bombs.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.10; Keras's limits (saving_lib.py).
 *
 * @example
 * const config = JSON.parse(new TextDecoder().decode(readZip(archive).get("config.json").read()));
 */
export function readZip(archive: Uint8Array, { maxBytes = DEFAULT_MAX_BYTES }: ReadZipOptions = {}): ReadonlyMap<string, ZipMember> {
  if (!(maxBytes >= 0)) throw new ValueError("readZip", `maxBytes is ${maxBytes}, and no number of bytes`);
  const bytes = plainBytes(archive);
  const { count, start, end } = findDirectory(bytes);
  const directory = new ByteReader(bytes.subarray(start, end), error);
  const records = Array.from({ length: count }, () => readRecord(directory));
  if (directory.left > 0) throw error("its directory is longer than its members");

  const total = records.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) throw error(`its members take ${showBytes(total)}, and ${showBytes(maxBytes)} are allowed (option maxBytes)`);
  const places = placesOf(bytes, records, start);
  const members = new Map<string, ZipMember>();
  records.forEach((record, i) => {
    // A folder is an entry of its own in some archives; the names of its files say as much.
    if (record.name.endsWith("/") && record.size === 0) return;
    checkRecord(record);
    if (members.has(record.name)) throw error(`it has two members ${JSON.stringify(record.name)}`);
    members.set(record.name, { name: record.name, size: record.size, read: () => unpack(record, places[i]!) });
  });
  return members;
}

const error = (problem: string): FormatError => new FormatError("readZip", problem);

/** A member as the directory describes it. */
interface Record {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly isLink: boolean;
  /** Of its local header. */
  readonly at: number;
}

/** The record at the end says where the directory is; a comment of up to 64 KiB may follow it. */
function findDirectory(bytes: Uint8Array): { count: number; start: number; end: number } {
  for (let at = bytes.length - END_BYTES; at >= Math.max(0, bytes.length - END_BYTES - 0xffff); at--) {
    if (bytes[at] !== 0x50 || bytes[at + 1] !== 0x4b) continue;
    const reader = new ByteReader(bytes.subarray(at), error);
    if (reader.u32() !== END_SIGNATURE) continue;
    const [disk, startDisk, here, count] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
    const [size, start] = [reader.u32(), reader.u32()];
    if (reader.u16() !== reader.left) continue;
    if (count === 0xffff || size === BIG || start === BIG) throw error("archives above 4 GiB or 65,534 members (zip64) are not known");
    if (disk !== 0 || startDisk !== 0 || here !== count) throw error("it is a part of an archive in several files");
    if (start + size !== at) throw error("its directory is not where it should be: is the file damaged?");
    return { count, start, end: at };
  }
  throw error(bytes.length < END_BYTES ? "it is too short for a zip archive" : "this is no zip archive, or one that is cut off");
}

function readRecord(directory: ByteReader): Record {
  const reader = directory.part(CENTRAL_BYTES);
  if (reader.u32() !== CENTRAL_SIGNATURE) throw error("its directory is damaged");
  const madeBy = reader.u16() >> 8;
  reader.skip(2);
  const [flags, method] = [reader.u16(), reader.u16()];
  reader.skip(4);
  const [crc, packed, size] = [reader.u32(), reader.u32(), reader.u32()];
  const [nameBytes, extraBytes, commentBytes] = [reader.u16(), reader.u16(), reader.u16()];
  reader.skip(4);
  const attributes = reader.u32();
  const at = reader.u32();
  const name = decodeText(directory.take(nameBytes), error);
  directory.skip(extraBytes + commentBytes);
  if (packed === BIG || size === BIG || at === BIG) throw error(`${JSON.stringify(name)} is above 4 GiB (zip64), which is not known`);
  // Unix keeps the kind of file in the upper half: 0o12 is a symbolic link.
  return { name, flags, method, crc, packed, size, isLink: madeBy === 3 && attributes >>> 28 === 0o12, at };
}

function checkRecord({ name, flags, method, packed, size, isLink }: Record): void {
  const problem =
    nameProblem(name) ??
    (isLink ? "is a symbolic link, and links are not followed" : undefined) ??
    (flags & ENCRYPTED ? "is encrypted" : undefined) ??
    (method !== STORED && method !== DEFLATED ? `is packed with method ${method}; only stored and deflated are known` : undefined) ??
    (method === STORED && packed !== size ? "is stored in another number of bytes than it has" : undefined) ??
    (size > BOMB_BYTES && size > BOMB_EXPANSION * packed
      ? `says it has ${showBytes(size)} and is packed in ${showBytes(packed)}: a bomb`
      : undefined);
  if (problem !== undefined) throw error(`the member ${JSON.stringify(name)} ${problem}`);
}

/** The packed bytes of each member. Local headers must agree with the directory, and no two members share bytes. */
function placesOf(bytes: Uint8Array, records: readonly Record[], end: number): Uint8Array[] {
  const places = records.map((record) => placeOf(bytes.subarray(0, end), record));
  const sorted = records.map(({ at }, i) => ({ at, last: places[i]!.byteOffset - bytes.byteOffset + places[i]!.length }));
  sorted.sort((a, b) => a.at - b.at);
  if (sorted.some(({ at }, i) => i > 0 && at < sorted[i - 1]!.last)) throw error("members of it overlap");
  return places;
}

function placeOf(bytes: Uint8Array, { name, at, flags, method, crc, packed, size }: Record): Uint8Array {
  const differs = (): FormatError => error(`the member ${JSON.stringify(name)} is not what the directory says`);
  if (at + LOCAL_BYTES > bytes.length) throw differs();
  const reader = new ByteReader(bytes.subarray(at), error);
  const signature = reader.u32();
  reader.skip(2);
  const same = signature === LOCAL_SIGNATURE && reader.u16() === flags && reader.u16() === method;
  reader.skip(4);
  const [localCrc, localPacked, localSize] = [reader.u32(), reader.u32(), reader.u32()];
  const [nameBytes, extraBytes] = [reader.u16(), reader.u16()];
  const sameName = decodeText(reader.take(nameBytes), error) === name;
  // Writers that could not know the sizes yet leave zeros, or say "see below" where they feared 4 GiB.
  const sameSizes = flags & SIZES_BEHIND || localPacked === BIG || (localCrc === crc && localPacked === packed && localSize === size);
  if (!same || !sameName || !sameSizes) throw differs();
  reader.skip(extraBytes);
  return reader.take(packed);
}

function unpack({ name, method, size, crc }: Record, packed: Uint8Array): Uint8Array {
  const inMember = (problem: string): FormatError => error(`the member ${JSON.stringify(name)}: ${problem}`);
  const bytes = method === STORED ? packed : inflate(packed, { wrapper: "raw", size, error: inMember });
  if (crc32(bytes) !== crc) throw inMember("it is damaged: its checksum differs");
  return bytes;
}
