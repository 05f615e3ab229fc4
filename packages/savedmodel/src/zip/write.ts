/** Writing zip archives: members as they are, in their order. */
import { ValueError } from "@antler/tensor-core";
import { ByteWriter, encodeText } from "../bytes.ts";
import { crc32 } from "./crc32.ts";
import { CENTRAL_SIGNATURE, END_BYTES, END_SIGNATURE, LOCAL_SIGNATURE, nameProblem, STORED, UTF8 } from "./format.ts";

export interface ZipEntry {
  /** A relative path with `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface WriteZipOptions {
  /** When the members were last changed, in UTC and to two seconds; default 1980-01-01, so that equal members give equal bytes. */
  readonly date?: Date | undefined;
}

/**
 * A zip archive whose members are stored, not compressed, in the order given, with sizes and checksums before them:
 * the form of Keras's `.keras` files. Throws a ValueError for names that are unsafe or occur twice, dates before 1980
 * or after 2107, and archives of 4 GiB or 65,535 members and more.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.10.
 *
 * @example
 * const archive = writeZip([{ name: "config.json", bytes: new TextEncoder().encode("{}") }]);
 */
export function writeZip(
  entries: Iterable<ZipEntry>,
  { date = new Date(Date.UTC(1980, 0, 1)) }: WriteZipOptions = {},
): Uint8Array<ArrayBuffer> {
  const time = dosTime(date);
  const list = [...entries];
  checkNames(list);
  const members = list.map(({ name, bytes }) => ({ name: encodeText(name), bytes, crc: crc32(bytes) }));
  const local = members.map((member) => new ByteWriter().u32(LOCAL_SIGNATURE).put(commonFields(member, time)).put(member.name).finish());

  const central = new ByteWriter();
  let offset = 0;
  members.forEach((member, i) => {
    const madeBy = [20, 3]; // version 2.0, on Unix
    central.u32(CENTRAL_SIGNATURE).put(madeBy).put(commonFields(member, time)).zeros(6);
    central.u32(OWNER_ONLY).u32(offset).put(member.name);
    offset += local[i]!.length + member.bytes.length;
  });
  const size = offset + central.length + END_BYTES;
  if (size >= 2 ** 32 || members.length >= 0xffff) {
    throw new ValueError("writeZip", `${members.length} members in ${size} bytes are more than a zip archive holds`);
  }
  const end = new ByteWriter().u32(END_SIGNATURE).u32(0).u16(members.length).u16(members.length).u32(central.length).u32(offset).u16(0);
  return concat([...members.flatMap(({ bytes }, i) => [local[i]!, bytes]), central.finish(), end.finish()], size);
}

/** Readable and writable by its owner, as Python's zipfile has it. */
const OWNER_ONLY = 0o600 * 2 ** 16;

interface Member {
  readonly name: Uint8Array;
  readonly bytes: Uint8Array;
  readonly crc: number;
}
/** What a member's local and central record have in common. */
function commonFields({ name, bytes, crc }: Member, time: number): Uint8Array {
  const isAscii = name.every((byte) => byte < 128);
  return new ByteWriter()
    .u16(20)
    .u16(isAscii ? 0 : UTF8)
    .u16(STORED)
    .u32(time)
    .u32(crc)
    .u32(bytes.length)
    .u32(bytes.length)
    .u16(name.length)
    .u16(0)
    .finish();
}

function checkNames(entries: readonly ZipEntry[]): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    const problem = seen.has(name) ? "occurs twice" : nameProblem(name);
    if (problem !== undefined) throw new ValueError("writeZip", `the name ${JSON.stringify(name)} ${problem}`);
    seen.add(name);
  }
}

/** Two seconds in five bits, minutes, hours; days, months, years since 1980. */
function dosTime(date: Date): number {
  const year = date.getUTCFullYear() - 1980;
  if (!(year >= 0 && year < 128)) throw new ValueError("writeZip", "zip archives know dates from 1980 to 2107 only");
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return ((year << 25) | ((date.getUTCMonth() + 1) << 21) | (date.getUTCDate() << 16) | time) >>> 0;
}

function concat(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
