// Hostile and damaged files: always a FormatError, soon, and never more memory than allowed.
import { performance } from "node:perf_hooks";
import { FormatError } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { H5Dataset, H5Group, type H5Node, readHdf5, readZip, writeHdf5, writeZip } from "../src/index.ts";
import { file, golden } from "./golden.ts";
import { damaged, randomInts } from "./mutations.ts";

const MAX_BYTES = 1 << 22;
/** A hang takes for ever; a slow machine does not take this long for a file of some kilobytes. */
const MOST_MILLISECONDS = 3000;

/** Reads all there is, and returns whether it could be read. */
function outcome(read: () => void): "read" | "refused" {
  const start = performance.now();
  try {
    read();
    return "read";
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return "refused";
  } finally {
    const took = performance.now() - start;
    if (took > MOST_MILLISECONDS) expect.fail(`it took ${took} ms`);
  }
}

const readAll = (bytes: Uint8Array) => (): void => {
  const visit = (node: H5Node): void => {
    if (node instanceof H5Dataset) node.data();
    else for (const child of node.children.values()) visit(child);
  };
  visit(readHdf5(bytes, { maxBytes: MAX_BYTES }));
};
const unpackAll = (bytes: Uint8Array) => (): void => {
  for (const member of readZip(bytes, { maxBytes: MAX_BYTES }).values()) member.read();
};

const END_OF_FILE = 40;
/** A prefix whose superblock says that this is all. */
function honestPrefix(bytes: Uint8Array, length: number): Uint8Array {
  const prefix = bytes.slice(0, length);
  if (length >= END_OF_FILE + 8) new DataView(prefix.buffer).setBigUint64(END_OF_FILE, BigInt(length), true);
  return prefix;
}

describe("HDF5", () => {
  const names = [...Object.keys(golden.contents), ...Object.keys(golden.refused)].filter((name) => name !== "many.h5");

  it("every prefix of a file is refused", () => {
    const bytes = file("legacy.h5");
    for (let length = 0; length < bytes.length; length++) expect(outcome(readAll(bytes.subarray(0, length)))).toBe("refused");
  });

  it("a prefix that says it is whole is read or refused", () => {
    const bytes = file("legacy.h5");
    for (let length = 0; length < bytes.length; length += 7) outcome(readAll(honestPrefix(bytes, length)));
  });

  it.each(names)("%s, damaged in hundreds of ways, is read or refused", (name) => {
    const bytes = file(name);
    const random = randomInts(name.length + bytes.length);
    let refused = 0;
    for (let i = 0; i < 300; i++) if (outcome(readAll(damaged(bytes, random))) === "refused") refused++;
    expect(refused).toBeGreaterThan(0);
  });

  it("every flipped bit where the structure of a small file lies is read or refused", () => {
    const root = new H5Group();
    root.children.set("w", new H5Dataset({ shape: [2], dtype: "float32", data: new Float32Array(2) }));
    root.attributes.set("version", { shape: [], dtype: "int16", data: new Int16Array(1) });
    const bytes = writeHdf5(root);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      outcome(readAll(bytes));
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
  });

  it("groups deeper than 200 are refused, not followed until the stack ends", () => {
    const nested = (depth: number): Uint8Array => {
      const root = new H5Group();
      root.ensure(Array(depth).fill("g").join("/"));
      return writeHdf5(root);
    };
    expect(outcome(readAll(nested(200)))).toBe("read");
    expect(() => readHdf5(nested(201))).toThrow("groups lie more than 200 deep in each other");
  });

  it("headers that all continue in one large block are refused before they are read", () => {
    const bytes = manyHeadersOneBlock();
    expect(() => readHdf5(bytes)).toThrow("its parts overlap or lead in circles");
  });

  it("chunks that lie on each other are refused before they are unpacked", () => {
    expect(() => readHdf5(chunksOnEachOther())).toThrow("its parts overlap or lead in circles");
  });
});

/** A chunked dataset whose chunks all lie on the same bytes of the file, each over most of it. */
function chunksOnEachOther(): Uint8Array {
  const bytes = Buffer.from(file("storage.h5"));
  const chunkNode = Buffer.from("TREE\x01\x00", "latin1");
  let chunks = 0;
  for (let node = bytes.indexOf(chunkNode); node >= 0; node = bytes.indexOf(chunkNode, node + 8)) {
    // Keys of one-dimensional datasets: size, mask and two offsets, then the address.
    for (let i = 0; i < bytes.readUInt16LE(node + 6); i++, chunks++) {
      bytes.writeUInt32LE(80_000, node + 24 + 32 * i);
      bytes.writeBigUInt64LE(0n, node + 24 + 32 * i + 24);
    }
  }
  expect(chunks).toBeGreaterThan(350);
  return bytes;
}

/** 2000 groups whose headers continue in the same 512 KiB of empty messages: read out, they would be a gigabyte. */
function manyHeadersOneBlock(): Uint8Array {
  const root = new H5Group();
  for (let i = 0; i < 2000; i++)
    root.ensure(`${i}`).attributes.set("a", { shape: [4], dtype: "uint64", data: new BigUint64Array(4).fill(7n) });
  const mark = [0, 0, 8, 0, 0, 0, 0, 0, ...new TextEncoder().encode("the mark")];
  const block = new Uint8Array(1 << 19);
  block.set(mark);
  root.children.set("block", new H5Dataset({ shape: [block.length], dtype: "uint8", data: block }));
  const bytes = Buffer.from(writeHdf5(root).buffer);
  const at = bytes.indexOf(new Uint8Array(mark));
  // The message of each group's attribute begins with its type and its size.
  const attribute = Buffer.from([0x0c, 0, 88, 0, 0, 0, 0, 0]);
  let groups = 0;
  for (let from = bytes.indexOf(attribute); from >= 0; from = bytes.indexOf(attribute, from + 8)) {
    bytes.writeUInt16LE(0x10, from);
    bytes.writeBigUInt64LE(BigInt(at), from + 8);
    bytes.writeBigUInt64LE(BigInt(block.length), from + 16);
    groups++;
  }
  expect(groups).toBe(2000);
  return bytes;
}

describe("zip", () => {
  const stored = writeZip([
    { name: "metadata.json", bytes: new TextEncoder().encode('{"keras_version": "3"}') },
    { name: "assets/words.txt", bytes: new TextEncoder().encode("a\nb\n".repeat(50)) },
  ]);

  it("every prefix of an archive is refused", () => {
    for (let length = 0; length < stored.length; length++) expect(outcome(unpackAll(stored.subarray(0, length)))).toBe("refused");
  });

  it("every flipped bit is refused, or is one nobody reads", () => {
    let read = 0;
    for (let bit = 0; bit < 8 * stored.length; bit++) {
      stored[bit >> 3]! ^= 1 << (bit & 7);
      if (outcome(unpackAll(stored)) === "read") read++;
      stored[bit >> 3]! ^= 1 << (bit & 7);
    }
    // Of each member dates, versions, attributes and the like: 27 bytes at most; of the end nothing.
    expect(read).toBeLessThanOrEqual(2 * 27 * 8);
  });

  it.each([stored, file("model.keras")])("an archive damaged in thousands of ways is read or refused", (bytes) => {
    const random = randomInts(bytes.length);
    let refused = 0;
    for (let i = 0; i < 2000; i++) if (outcome(unpackAll(damaged(bytes, random))) === "refused") refused++;
    expect(refused).toBeGreaterThan(0);
  });
});
