// Initializers compared with Keras: for equal seeds the very numbers, and configs.
import { describe, expect, it } from "vitest";
import { initializers } from "../src/index.ts";
import type { Config, Serialized } from "../src/serialization/config.ts";
import { expectNumbers, fixture, type Numbers } from "./oracle/fixture.ts";
import { forms, judges, nameOf } from "./oracle/judges.ts";

interface Case {
  readonly class: string;
  readonly options: Config;
  readonly values?: Numbers;
  readonly serialized?: Serialized;
}
const named = (class_name: string, config: Config): Serialized => ({ module: null, class_name, config, registered_name: null });

describe("initializers give Keras's numbers and configs", () => {
  for (const c of fixture<Case>("initializers").cases) {
    const judged = judges(c.serialized ? nameOf(c.serialized) : `keras.initializers.${c.class}`, ...forms("initializers"));
    it(`${c.class} ${JSON.stringify(c.options)} ${c.values?.shape ?? ""}`, judged, async () => {
      const initializer = initializers.get(named(c.class, c.options));
      if (c.serialized) {
        expect(initializers.serialize(initializer)).toEqual(c.serialized);
        expect(initializers.deserialize(c.serialized).getConfig()).toEqual(c.serialized.config);
      }
      if (c.values) await expectNumbers(initializer.apply(c.values.shape, c.values.dtype), c.values, { relative: 2e-6 });
    });
  }
});

describe("seeds", () => {
  it("without one two initializers differ, one repeats itself", async () => {
    const a = initializers.glorotUniform();
    expect(await a.apply([4]).array()).toEqual(await a.apply([4]).array());
    expect(await a.apply([4]).array()).not.toEqual(await initializers.glorotUniform().apply([4]).array());
  });
  it("are integers", () => {
    expect(() => initializers.heNormal({ seed: 0.5 })).toThrow("HeNormal: the seed must be an integer, got 0.5.");
  });
});

describe("orthogonal matrices", () => {
  it("are orthogonal to rounding, however many columns", async () => {
    const n = 96;
    const q = (await initializers.orthogonal({ seed: 5 }).apply([n, n]).data()) as Float32Array;
    // A product of n terms of columns of length 1, each column off by a few units: n · ε · 1.
    for (let a = 0; a < n; a++) {
      for (let b = a; b < n; b++) {
        let dot = 0;
        for (let i = 0; i < n; i++) dot += q[i * n + a]! * q[i * n + b]!;
        expect(Math.abs(dot - (a === b ? 1 : 0))).toBeLessThan(n * 2 ** -23);
      }
    }
  });
});

describe("errors", () => {
  it.each([
    [() => initializers.get("glorot"), 'initializers: no initializer is called "glorot". Known are constant, glorot_normal'],
    [() => initializers.identity().apply([3]), "Identity: makes matrices only. Got [3]."],
    [() => initializers.orthogonal().apply([3]), "Orthogonal: makes tensors of two or more axes. Got [3]."],
    [() => initializers.stft().apply([3, 2, 4]), "STFT: makes kernels [length, 1, bins]. Got [3, 2, 4]."],
    [() => initializers.stft({ window: [1, 2] }).apply([3, 1, 4]), "STFT: its window has 2 values for kernels of length 3."],
    [() => initializers.stft({ window: "kaiser" as never }), 'STFT: no window is called "kaiser". Known are boxcar, hann'],
    [() => initializers.stft({ side: "both" as never }), 'STFT: no side is called "both". Known are real, imag.'],
    [() => initializers.stft({ scaling: "l2" as never }), 'STFT: no scaling is called "l2". Known are density, spectrum, null.'],
    [() => initializers.varianceScaling({ scale: 0 }), "VarianceScaling: the scale must be positive, got 0."],
    [() => initializers.varianceScaling({ mode: "fan" as never }), 'VarianceScaling: no mode is called "fan". Known are fan_in, fan_out'],
    [() => initializers.varianceScaling({ distribution: "cauchy" as never }), 'no distribution is called "cauchy".'],
  ])("%#", (run, message) => {
    expect(run).toThrow(message);
  });
});
