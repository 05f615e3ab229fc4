// Activations, initializers and dropout compared with Keras: values, gradients and, for equal seeds, the very numbers.
import { GradientTape } from "@antler/autodiff";
import { mul, ones, sum, tensor } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { activations, initializers, layers } from "../src/index.ts";
import { expectClose, golden, load, scriptHash } from "./golden.ts";

it("the golden numbers are of the script beside them", () => {
  expect(golden.script).toBe(scriptHash);
});

describe("activations", () => {
  for (const [name, c] of Object.entries(golden.activations)) {
    it(name, async () => {
      const x = load(c.x);
      const tape = new GradientTape();
      const { y, total } = tape.run(() => {
        tape.watch(x);
        const y = activations.get(name)(x);
        return { y, total: sum(mul(y, tensor([1, 2, 3, 4, 5, 6, 7, 8, 9]))) };
      });
      expectClose(await y.data(), c.y.data);
      expectClose(await tape.gradient(total, x).data(), c.gradient.data, 1e-4);
    });
  }
  it("an unknown name is an error that lists the known ones", () => {
    expect(() => activations.get("rely")).toThrow('activations: no activation is called "rely". Known are elu, exponential');
  });
});

describe("initializers draw Keras's numbers for a seed", () => {
  const made = {
    glorot_uniform: initializers.glorotUniform({ seed: 7 }),
    he_uniform: initializers.heUniform({ seed: 7 }),
    lecun_uniform: initializers.lecunUniform({ seed: 7 }),
    random_uniform: initializers.randomUniform({ seed: 7, minval: -1, maxval: 2 }),
    random_normal: initializers.randomNormal({ seed: 7, mean: 1, stddev: 2 }),
    constant: initializers.constant({ value: 2.5 }),
  };
  for (const [name, initializer] of Object.entries(made)) {
    it(name, async () => {
      expectClose(await initializer.apply([3, 2, 4]).data(), golden.initializers.drawn[name]!.data, 1e-6, 1e-7);
    });
  }
  it("a truncated normal has the right spread and no tails", { timeout: 60_000 }, async () => {
    const values = (await initializers.heNormal({ seed: 1 }).apply([200, 50]).data()) as Float32Array;
    const stddev = Math.sqrt(2 / 200);
    const spread = Math.sqrt(values.reduce((a, v) => a + v * v, 0) / values.length);
    expect(spread).toBeGreaterThan(0.98 * stddev);
    expect(spread).toBeLessThan(1.02 * stddev);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual((2 * stddev) / 0.8796);
  });
  it("without a seed two initializers differ, one repeats itself", async () => {
    const a = initializers.glorotUniform();
    expect(await a.apply([4]).array()).toEqual(await a.apply([4]).array());
    expect(await a.apply([4]).array()).not.toEqual(await initializers.glorotUniform().apply([4]).array());
  });
});

describe("dropout", () => {
  it("drops what Keras drops for a seed, anew each call", async () => {
    const layer = layers.dropout({ rate: 0.4, seed: 11 });
    for (const want of golden.initializers.dropout) expectClose(await layer.apply(ones([3, 5]), { training: true }).data(), want.data);
  });
  it("outside of training gives its input", () => {
    const x = ones([3, 5]);
    expect(layers.dropout({ rate: 0.4 }).apply(x)).toBe(x);
  });
  it("refuses a rate that is none", () => {
    expect(() => layers.dropout({ rate: 40 })).toThrow("Dropout: the rate must be between 0 and 1, got 40.");
  });
});
