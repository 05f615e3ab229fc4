// Tests of the digits: the file is whole and damage is reported; the split is disjoint and repeatable.
import { describe, expect, it } from "vitest";
import { type Digits, loadDigits, parseDigits, split, standardize } from "./dataset.ts";

const blank = "0,".repeat(64);

describe("loadDigits", () => {
  it("reads all digits, scaled to 0..1", async () => {
    const { images, labels, count } = await loadDigits();
    expect(count).toBe(1797);
    expect(labels.length).toBe(count);
    expect(images.length).toBe(count * 64);
    const perLabel = Array.from({ length: 10 }, (_, d) => labels.filter((l) => l === d).length);
    expect(perLabel).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    // The sum of all pixels in scikit-learn's copy.
    expect(images.reduce((sum, value) => sum + value * 16, 0)).toBe(561718);
    expect(images.every((value) => value >= 0 && value <= 1)).toBe(true);
    // The first row of the first image, a zero.
    expect([...images.subarray(0, 8)].map((value) => value * 16)).toEqual([0, 0, 5, 13, 9, 1, 0, 0]);
    expect(labels[0]).toBe(0);
  });
});

describe("parseDigits", () => {
  it("accepts both line endings", () => {
    expect(parseDigits(`${blank}3\r\n${blank}4\n`).labels).toEqual(Int32Array.of(3, 4));
  });

  it.each([
    [`${blank}3\n${blank}`, 'line 2, column 65 must be an integer from 0 to 9. Got "".'],
    [`${blank}10\n`, 'line 1, column 65 must be an integer from 0 to 9. Got "10".'],
    [`17,${blank.slice(2)}3\n`, 'line 1, column 1 must be an integer from 0 to 16. Got "17".'],
    [`-1,${blank.slice(2)}3\n`, 'line 1, column 1 must be an integer from 0 to 16. Got "-1".'],
    [`0.5,${blank.slice(2)}3\n`, 'line 1, column 1 must be an integer from 0 to 16. Got "0.5".'],
    [`${blank}3\n\n${blank}3\n`, "line 2 does not hold one digit. Got 1 fields"],
    [`0,${blank}3\n`, "line 1 does not hold one digit. Got 66 fields"],
  ])("reports damage %#", (text, message) => {
    expect(() => parseDigits(text)).toThrow(message);
  });
});

describe("split", () => {
  it("puts every digit in exactly one part, its image with its label", () => {
    const { train, test } = split(numbered(1797), { testFraction: 0.2, seed: 7 });
    expect([train.count, test.count]).toEqual([1438, 359]);
    const all = [...train.labels, ...test.labels];
    expect(new Set(all).size).toBe(1797);
    for (const part of [train, test]) {
      expect(part.images.every((value, i) => value === part.labels[Math.floor(i / 64)])).toBe(true);
    }
  });

  it("depends on the seed only", async () => {
    const digits = await loadDigits();
    const first = split(digits, { seed: 7 });
    expect(split(digits, { testFraction: 0.2, seed: 7 })).toEqual(first);
    expect(split(digits, { seed: 8 }).test.labels).not.toEqual(first.test.labels);
    // The same on every machine, too.
    expect([...first.test.labels.subarray(0, 8)]).toEqual([5, 3, 4, 4, 9, 7, 1, 9]);
  });

  it("refuses an empty part and a seed that is no integer", () => {
    expect(() => split(numbered(10), { testFraction: 0, seed: 1 })).toThrow("both parts need a digit");
    expect(() => split(numbered(10), { testFraction: 1, seed: 1 })).toThrow("both parts need a digit");
    expect(() => split(numbered(10), { testFraction: Number.NaN, seed: 1 })).toThrow("Got 10 digits");
    expect(() => split(numbered(10), { seed: 0.5 })).toThrow("seed must be an integer. Got 0.5.");
  });
});

/** Digits whose label and pixels are their own index, so that a split shows where each went. */
function numbered(count: number): Digits {
  const labels = Int32Array.from({ length: count }, (_, index) => index);
  const images = Float32Array.from({ length: count * 64 }, (_, i) => Math.floor(i / 64));
  return { images, labels, count };
}

describe("standardize", () => {
  it("centres and scales by the training part alone", async () => {
    const parts = split(await loadDigits(), { seed: 3 });
    const { train, test } = standardize(parts);
    const mean = (x: Float32Array): number => x.reduce((a, b) => a + b, 0) / x.length;
    expect(mean(train.images)).toBeCloseTo(0, 4);
    expect(mean(train.images.map((v) => v * v))).toBeCloseTo(1, 4);
    expect(Math.abs(mean(test.images))).toBeGreaterThan(1e-4);
    expect(test.labels).toBe(parts.test.labels);
  });
});
