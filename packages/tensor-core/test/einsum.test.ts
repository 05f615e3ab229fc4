/** einsum and its products where sizes are unknown, and wrong equations. */
import { describe, expect, it } from "vitest";
import { einsum, func, matMul, onEvent, ones, randomNormal, reshape, type Tensor } from "../src/index.ts";

describe("einsum", () => {
  it("merges no two unknown sizes", () => {
    const warnings: string[] = [];
    const stop = onEvent((e) => void (e.kind === "warning" && warnings.push(e.message)));
    const f = func((x: Tensor, w: Tensor) => einsum("bsi,iho->bsho", x, w), {
      inputSignature: [
        { shape: ["batch", "steps", 4], dtype: "float32" },
        { shape: [4, 2, 3], dtype: "float32" },
      ],
    });
    const w = randomNormal([4, 2, 3], { seed: [1, 2] });
    for (const [batch, steps] of [
      [2, 3],
      [5, 1],
    ] as const) {
      const x = randomNormal([batch, steps, 4], { seed: [batch, steps] });
      const want = reshape(matMul(reshape(x, [-1, 4]), reshape(w, [4, 6])), [batch, steps, 2, 3]);
      expect(f(x, w).arraySync()).toEqual(want.arraySync());
    }
    stop();
    expect([f.traces, warnings]).toEqual([1, []]);
  });
  it("says what is wrong with an equation", () => {
    expect(() => einsum("ij,jk->ik", ones([2, 3]))).toThrow('einsum: "ij,jk->ik" is no equation for 1 tensors. Write it like "ij,jk->ik".');
    expect(() => einsum("ij->ik", ones([2, 3]))).toThrow('einsum: "k" behind the arrow of "ij->ik" names no axis.');
    expect(() => einsum("ijk->i", ones([2, 3]))).toThrow('einsum: "ijk" does not name the axes. Got f32[2, 3].');
    expect(() => einsum("ij,jk->ik", ones([2, 3]), ones([4, 2]))).toThrow(
      'einsum: "j" names axes of different sizes. Got f32[2, 3] and f32[4, 2].',
    );
  });
});
