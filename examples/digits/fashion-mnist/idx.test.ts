// Tests of the idx reader: good files are read, compressed or not; every damage and every lie is an error.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FormatError } from "@antler/tensor-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_BYTES, parseIdx, readIdx } from "./idx.ts";

const parse = (...bytes: number[]) => parseIdx(Uint8Array.from(bytes), "a.idx");
const matrix = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3];

describe("parseIdx", () => {
  it("reads sizes, the highest byte first, and elements", () => {
    expect(parse(...matrix, 1, 2, 3, 4, 5, 255)).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
    const long = parse(0, 0, 8, 1, 0, 0, 1, 2, ...new Array<number>(258).fill(7));
    expect(long.shape).toEqual([258]);
  });
  it("reads bytes that begin anywhere in memory", () => {
    const padded = Uint8Array.of(9, 9, 9, ...matrix, 1, 2, 3, 4, 5, 6).subarray(3);
    expect([...parseIdx(padded, "a.idx").data]).toEqual([1, 2, 3, 4, 5, 6]);
  });
  it("takes a file without elements", () => {
    expect(parse(0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 3)).toEqual({ shape: [0, 3], data: new Uint8Array(0) });
  });

  it.each([
    ["nothing", [], "does not begin"],
    ["three bytes", [0, 0, 8], "does not begin"],
    ["something else", [0x50, 0x4b, 3, 4], "does not begin"],
    ["floats", [0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0], "holds elements of type 13"],
    ["no axis", [0, 0, 8, 0, 1], "has 0 axes"],
    ["255 axes", [0, 0, 8, 255, ...new Array<number>(2000).fill(1)], "has 255 axes"],
    ["half a header", matrix.slice(0, 9), "ends within its header"],
    ["too few elements", [...matrix, 1, 2, 3, 4, 5], "holds 5 elements, but its header promises 2 × 3 = 6"],
    ["too many elements", [...matrix, 1, 2, 3, 4, 5, 6, 7], "holds 7 elements"],
    // 2^64 elements, 0 in 64-bit arithmetic.
    ["sizes that overflow", [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255], "4294967295 × 4294967295"],
    ["sizes whose product wraps to 0", [0, 0, 8, 4, ...[1, 2, 3, 4].flatMap(() => [0, 1, 0, 0])], "holds 0 elements"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parse(...bytes)).toThrow(FormatError);
    expect(() => parse(...bytes)).toThrow(message);
  });
});

describe("readIdx", () => {
  let folder = "";
  const file = Uint8Array.of(...matrix, 1, 2, 3, 4, 5, 6);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "idx-"));
    writeFileSync(join(folder, "plain"), file);
    writeFileSync(join(folder, "zipped.gz"), gzipSync(file));
    writeFileSync(join(folder, "unzipped.gz"), file);
    writeFileSync(join(folder, "cut.gz"), gzipSync(file).subarray(0, 25));
    writeFileSync(join(folder, "bomb.gz"), gzipSync(new Uint8Array(MAX_BYTES + 1), { level: 1 }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["plain", "zipped", "unzipped"])("reads %s", async (name) => {
    const { shape, data } = await readIdx(folder, name);
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  });
  it.each([
    ["cut", "cut.gz cannot be decompressed"],
    ["bomb", "bomb.gz cannot be decompressed"],
    ["missing", "neither missing.gz nor missing is in"],
  ])("refuses %s", async (name, message) => {
    const refused = expect(readIdx(folder, name)).rejects;
    await refused.toThrow(FormatError);
    await expect(readIdx(folder, name)).rejects.toThrow(message);
  });
});
