// Tests of Fashion-MNIST's reader on a data set of three images: pixels are scaled, and parts that do not fit are refused.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FormatError } from "@antler/tensor-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadFashionMnist } from "./dataset.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fashion-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const idx = (shape: readonly number[], elements: readonly number[]): Uint8Array =>
  gzipSync(Uint8Array.of(0, 0, 8, shape.length, ...shape.flatMap((size) => [0, 0, size >> 8, size & 255]), ...elements));

/** Images whose pixels are their own number, for both parts. */
function write({ side = 28, labels = [3, 0, 9] }: { side?: number; labels?: readonly number[] } = {}): void {
  const pixels = [0, 51, 255].flatMap((pixel) => new Array<number>(side * side).fill(pixel));
  for (const part of ["train", "t10k"]) {
    writeFileSync(join(folder, `${part}-images-idx3-ubyte.gz`), idx([3, side, side], pixels));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte.gz`), idx([labels.length], labels));
  }
}

it("reads both parts, pixels scaled to 0..1", async () => {
  write();
  const { train, test } = await loadFashionMnist(folder);
  expect(train.count).toBe(3);
  expect(train.labels).toEqual(Int32Array.of(3, 0, 9));
  expect([0, 783, 784, 1568, 2351].map((at) => train.images[at])).toEqual([0, 0, Math.fround(0.2), 1, 1]);
  expect(train.images.length).toBe(3 * 784);
  expect(test).toEqual(train);
});

it.each([
  ["images of another size", { side: 8 }, "hold images [3,8,8] and labels [3]"],
  ["a missing label", { labels: [1, 2] }, "hold images [3,28,28] and labels [2]"],
  ["a label that is none", { labels: [1, 2, 10] }, "have a label 10"],
])("refuses %s", async (_, parts, message) => {
  write(parts);
  await expect(loadFashionMnist(folder)).rejects.toThrow(FormatError);
  await expect(loadFashionMnist(folder)).rejects.toThrow(message);
});
