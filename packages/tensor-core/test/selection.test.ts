/** What is selected by data, and the draws TensorFlow makes of the same seeds. */
import { describe, expect, it } from "vitest";
import { booleanMaskAsync, func, log, multinomial, ones, randomGamma, shuffle, tensor, truncatedNormal, whereAsync } from "../src/index.ts";

describe("whereAsync", () => {
  it("gives coordinates in order", async () => {
    const found = await whereAsync(tensor([[false, true], [true, true]])); // biome-ignore format: a matrix
    expect([found.dtype, found.arraySync()]).toEqual(["int32", [[0, 1], [1, 0], [1, 1]]]); // biome-ignore format: coordinates
    expect((await whereAsync(tensor([false, false]))).shape).toEqual([0, 1]);
    await expect(whereAsync(ones([2]))).rejects.toThrow("whereAsync: the mask must be bool. Got f32[2].");
  });
});

describe("booleanMaskAsync", () => {
  const x = tensor([1, 2, 3, 4, 5, 6], [3, 2]);
  it("takes elements, rows and columns", async () => {
    expect((await booleanMaskAsync(x, tensor([true, false, true]))).arraySync()).toEqual([[1, 2], [5, 6]]); // biome-ignore format: a matrix
    expect((await booleanMaskAsync(x, tensor([false, true]), 1)).arraySync()).toEqual([[2], [4], [6]]);
    const all = tensor([true, false, false, true, true, false], [3, 2], "bool");
    expect((await booleanMaskAsync(x, all)).arraySync()).toEqual([1, 4, 5]);
  });
  it("refuses a mask that does not fit, and a trace", async () => {
    await expect(booleanMaskAsync(x, tensor([true, false]))).rejects.toThrow("booleanMaskAsync: the mask does not fit x from axis 0 on.");
    let inside: Promise<unknown> | undefined;
    func((mask: typeof x) => {
      inside = whereAsync(mask);
      return mask;
    })(tensor([true]));
    await expect(inside).rejects.toThrow("has no numbers while it is traced");
  });
});

describe("TensorFlow's draws", () => {
  it("truncated normal numbers", () => {
    const theirs = [
      0.544110119342804, 0.20738030970096588, 0.0735643208026886, 0.04643455147743225, 0.16820591688156128, -1.6850333213806152,
    ];
    [...truncatedNormal([6], { seed: [1, 2] }).dataSync()].forEach((v, i) =>
      expect(Math.abs(Number(v) - theirs[i]!)).toBeLessThan(4 * 2 ** -23 * 5.7),
    );
  });
  it("classes", () => {
    const logits = log(tensor([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25]])); // biome-ignore format: a matrix
    expect(multinomial(logits, 8, { seed: [1, 2] }).arraySync()).toEqual([[3, 3, 1, 3, 2, 3, 3, 1], [2, 2, 1, 0, 0, 0, 0, 0], [3, 1, 3, 1, 1, 1, 2, 1]]); // biome-ignore format: a matrix
  });
  it("orders", () => {
    expect(shuffle(tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), { seed: [1, 2] }).arraySync()).toEqual([7, 9, 6, 3, 1, 4, 8, 5, 0, 2]);
  });
});

describe("randomGamma", () => {
  for (const alpha of [0.3, 1, 4]) {
    it(`has mean and variance ${alpha}`, () => {
      const n = 500;
      const x = [...randomGamma([n], { seed: [7, 8], alpha }).dataSync()].map(Number);
      const mean = x.reduce((a, b) => a + b, 0) / n;
      const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
      // Five standard deviations of both estimates: √(α / n), and √((2α² + 6α) / n), the fourth cumulant being 6α.
      expect(Math.abs(mean - alpha)).toBeLessThan(5 * Math.sqrt(alpha / n));
      expect(Math.abs(variance - alpha)).toBeLessThan(5 * Math.sqrt((2 * alpha * alpha + 6 * alpha) / n));
    });
  }
});
