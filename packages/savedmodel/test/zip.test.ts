// Zip archives: Keras's form written, anyone's read, and what is wrong with them said.
import { deflateRawSync, crc32 as nodeCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readZip, writeZip, type ZipEntry } from "../src/index.ts";
import { crc32 } from "../src/zip/crc32.ts";
import { file } from "./golden.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const entries: readonly ZipEntry[] = [
  { name: "metadata.json", bytes: text("{}") },
  { name: "7", bytes: text("a number for a name stays where it is") },
  { name: "assets/größe.txt", bytes: new Uint8Array(1000).map((_, i) => i) },
  { name: "empty", bytes: new Uint8Array() },
];

describe("an archive", () => {
  it("comes back as it was written, in order", () => {
    const members = [...readZip(writeZip(entries)).values()].map((member) => ({ name: member.name, bytes: member.read() }));
    expect(members).toEqual(entries);
  });
  it("is stored, without sizes behind the members, and the same each time", () => {
    const bytes = writeZip(entries);
    expect(bytes).toEqual(writeZip(entries));
    const view = new DataView(bytes.buffer);
    expect([view.getUint16(6, true), view.getUint16(8, true)]).toEqual([0, 0]);
    expect([view.getUint16(10, true), view.getUint16(12, true)]).toEqual([0, (1 << 5) | 1]);
    expect(text("{}")).toEqual(bytes.subarray(30 + "metadata.json".length, 32 + "metadata.json".length));
  });
  it("carries the date it is given", () => {
    const view = new DataView(writeZip(entries, { date: new Date("2026-11-21T15:06:47Z") }).buffer);
    expect(view.getUint32(10, true)).toBe(((46 << 25) | (11 << 21) | (21 << 16) | (15 << 11) | (6 << 5) | 23) >>> 0);
    expect(() => writeZip(entries, { date: new Date("1979-12-31") })).toThrow("zip archives know dates from 1980 to 2107 only");
  });
  it("of Keras is read, and one packed by others", () => {
    expect([...readZip(file("model.keras")).keys()]).toEqual(["metadata.json", "config.json", "model.weights.h5"]);
    // The golden archive itself is deflated by Python; reading it verified the checksums of all its members.
    expect(file("storage.h5").length).toBeGreaterThan(90_000);
  });
  it("has names that can be unpacked", () => {
    for (const [name, problem] of unsafe) {
      expect(() => writeZip([{ name, bytes: text("") }])).toThrow(`the name ${JSON.stringify(name)} ${problem}`);
    }
    expect(() => writeZip([entries[0]!, entries[0]!])).toThrow('the name "metadata.json" occurs twice');
  });
});

const unsafe: readonly (readonly [string, string])[] = [
  ["", "is empty"],
  ["/etc/passwd", "is absolute"],
  ["C:/windows", "is absolute"],
  ["c:windows", "is absolute"],
  ["../up", "leads out of its folder"],
  ["a/../../up", "leads out of its folder"],
  ["./a", "leads out of its folder"],
  ["a\\b", "has a backslash"],
  ["a\0b", "has a zero byte"],
  ["a//b", "has an empty part"],
];

/** A member as a hostile writer may have it: each field as it should be, unless said otherwise. */
interface Forged {
  readonly name?: string;
  readonly localName?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly packed?: Uint8Array;
  readonly attributes?: number;
  readonly at?: number;
}
function forge(members: readonly Forged[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const {
    name = "a",
    localName = name,
    flags = 0,
    method = 0,
    packed = text("hello"),
    size = packed.length,
    attributes = 0,
    at,
  } of members) {
    const fixed = Buffer.alloc(26);
    fixed.writeUInt16LE(20, 0);
    fixed.writeUInt16LE(flags, 2);
    fixed.writeUInt16LE(method, 4);
    fixed.writeUInt32LE(nodeCrc32(text("hello")), 10);
    fixed.writeUInt32LE(packed.length, 14);
    fixed.writeUInt32LE(size, 18);
    const named = (signature: string, value: string): Buffer[] => {
      const copy = Buffer.from(fixed);
      copy.writeUInt16LE(text(value).length, 22);
      return [Buffer.from(signature, "latin1"), copy];
    };
    const local = Buffer.concat([...named("PK\x03\x04", localName), text(localName), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(attributes, 6);
    tail.writeUInt32LE(at ?? offset, 10);
    const [signature, fields] = named("PK\x01\x02", name) as [Buffer, Buffer];
    central.push(Buffer.concat([signature, Buffer.from([20, 3]), fields, tail, text(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

describe("a forged archive", () => {
  it("would be read if nothing were wrong with it", () => {
    expect(
      readZip(forge([{}]))
        .get("a")!
        .read(),
    ).toEqual(text("hello"));
    expect(
      readZip(forge([{ method: 8, packed: deflateRawSync("hello"), size: 5 }]))
        .get("a")!
        .read(),
    ).toEqual(text("hello"));
    expect([...readZip(forge([{ name: "assets/", packed: text("") }, {}])).keys()]).toEqual(["a"]);
  });

  it.each(unsafe)("with the name %j is refused: it %s", (name, problem) => {
    expect(() => readZip(forge([{ name }]))).toThrow(`the member ${JSON.stringify(name)} ${problem}`);
  });

  const bomb = deflateRawSync(new Uint8Array(1 << 20));
  it.each<readonly [string, readonly Forged[]]>([
    ['two members "a"', [{}, {}]],
    ["is encrypted", [{ flags: 1 }]],
    ["is packed with method 99", [{ method: 99 }]],
    ["is a symbolic link", [{ attributes: (0o120777 << 16) >>> 0 }]],
    ["in another number of bytes than it has", [{ size: 6 }]],
    ["is not what the directory says", [{ localName: "b" }]],
    ["is not what the directory says", [{ at: 5 }]],
    ["is not what the directory says", [{ at: 1e6 }]],
    ["is above 4 GiB (zip64)", [{ size: 0xffffffff }]],
    ["take 3.73 GiB, and 2.00 GiB are allowed", [{ method: 8, size: 4e9 }]],
    ["a bomb", [{ method: 8, size: 3e8 }]],
    [
      "members of it overlap",
      [
        { packed: forge([{ name: "b" }]), name: "outer" },
        { name: "b", at: 35 },
      ],
    ],
  ])("is refused: %s", (reason, members) => {
    expect(() => readZip(forge(members))).toThrow(
      expect.objectContaining({ name: "FormatError", message: expect.stringContaining(reason) }),
    );
  });

  it.each<readonly [string, Forged]>([
    ["its checksum differs", { packed: text("hullo") }],
    ["compressed bytes hold 5 bytes where 6 should be", { method: 8, packed: deflateRawSync("hello"), size: 6 }],
    ["compressed bytes hold more than the 4 bytes they should", { method: 8, packed: deflateRawSync("hello"), size: 4 }],
    ["compressed bytes hold more than the 1000 bytes they should", { method: 8, packed: bomb, size: 1000 }],
    ["5 compressed bytes cannot hold 10000 bytes", { method: 8, size: 10_000 }],
    ["20000 compressed bytes are too many for 5 bytes", { method: 8, packed: new Uint8Array(20_000), size: 5 }],
    ["compressed bytes are damaged", { method: 8, packed: text("\x06hello"), size: 6 }],
    ["compressed bytes are damaged", { method: 8, packed: deflateRawSync("hello").subarray(0, 3), size: 5 }],
  ])("is found out when it is unpacked: %s", (reason, member) => {
    const found = readZip(forge([member])).get("a")!;
    expect(() => found.read()).toThrow(expect.objectContaining({ name: "FormatError", message: expect.stringContaining(reason) }));
  });

  it("with something before or behind it is refused, with a comment it is not", () => {
    const bytes = forge([{}]);
    expect(() => readZip(Buffer.concat([text("before"), bytes]))).toThrow("its directory is not where it should be");
    expect(() => readZip(Buffer.concat([bytes, text("behind")]))).toThrow("this is no zip archive");
    const commented = Buffer.concat([bytes, text("comment")]);
    commented.writeUInt16LE(7, bytes.length - 2);
    expect(readZip(commented).size).toBe(1);
  });
});

it("the checksum is zlib's, at every alignment and length", () => {
  const bytes = new Uint8Array(100).map((_, i) => i * 37);
  for (let from = 0; from < 8; from++) {
    for (let to = from; to <= bytes.length; to++) expect(crc32(bytes.subarray(from, to))).toBe(nodeCrc32(bytes.subarray(from, to)));
  }
});
