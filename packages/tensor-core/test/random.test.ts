/** Random numbers: TensorFlow's, keyed, replayable. */
import { describe, expect, it } from "vitest";
import { add, func, mul, randomBits, randomNormal, randomUniform, tensor, truncatedNormal, variable } from "../src/index.ts";
import { STATELESS_NORMAL, STATELESS_TRUNCATED_NORMAL, STATELESS_UNIFORM } from "./fixtures/tensorflow-random.ts";

const list = (t: { dataSync(): ArrayLike<unknown> }): number[] => Array.from(t.dataSync() as ArrayLike<number>);

describe("TensorFlow's numbers", () => {
  it("uniform: bit for bit", () => {
    expect(list(randomUniform([6], { seed: [1, 2] }))).toEqual([...STATELESS_UNIFORM]);
  });
  it.each([
    ["normal", randomNormal, STATELESS_NORMAL],
    ["truncated normal", truncatedNormal, STATELESS_TRUNCATED_NORMAL],
  ] as const)("%s: to the last places of log and sine", (_, draw, want) => {
    // Both sides round log, sine, root and two products in float32: 4 ulp of the largest radius, 5.7.
    list(draw([6], { seed: [1, 2] })).forEach((v, i) => expect(Math.abs(v - want[i]!)).toBeLessThan(4 * 2 ** -23 * 5.7));
  });
  it("depend on the flat place alone", () => {
    expect(list(randomUniform([2, 3], { seed: [1, 2] }))).toEqual([...STATELESS_UNIFORM]);
    expect(list(randomUniform([13], { seed: [1, 2] })).slice(0, 6)).toEqual([...STATELESS_UNIFORM]);
  });
});

describe("keys", () => {
  it("the same seed gives the same numbers, another seed others", () => {
    const draw = (a: number, b: number): string => list(randomBits([4], { seed: [a, b] })).join();
    expect(draw(1, 2)).toBe(draw(1, 2));
    expect(new Set([draw(1, 2), draw(2, 1), draw(1, 3), draw(-1, 2)]).size).toBe(4);
  });
  it("a seed held in a variable draws anew on each call of a compiled step", () => {
    const seed = variable(tensor([1, 2], [2], "int32"));
    const step = func(() => {
      const now = randomUniform([3], { seed });
      seed.assign(add(seed, tensor([0, 1], [2], "int32")));
      return now;
    });
    const [a, b] = [list(step()), list(step())];
    expect(step.traces).toBe(1);
    expect(a).toEqual(STATELESS_UNIFORM.slice(0, 3));
    expect(b).toEqual(list(randomUniform([3], { seed: [1, 3] })));
  });
  it("int32 draws stay in their interval and reach both ends", () => {
    const all = new Set(list(randomUniform([500], { seed: [7, 7], minval: -2, maxval: 3, dtype: "int32" })));
    expect([...all].sort((x, y) => x - y)).toEqual([-2, -1, 0, 1, 2]);
  });
  it("normal numbers have mean 0 and variance 1", () => {
    const x = list(randomNormal([4000], { seed: [3, 5] }));
    const mean = x.reduce((s, v) => s + v, 0) / x.length;
    const second = x.reduce((s, v) => s + v * v, 0) / x.length;
    // Five standard errors: 1/√n for the mean, √(2/n) for the variance.
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(4000));
    expect(Math.abs(second - 1)).toBeLessThan(5 * Math.sqrt(2 / 4000));
  });
  it("refuses a seed of another shape", () => {
    expect(() => randomBits([2], { seed: tensor([1, 2, 3], [3], "int32") })).toThrow("random: a seed is int32[2]. Got i32[3].");
    expect(() => randomBits([2], { seed: mul(tensor([1, 2]), 1) })).toThrow("random: a seed is int32[2]. Got f32[2].");
  });
});
