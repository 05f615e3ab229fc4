// Regularizers compared with Keras: penalties, gradients and configs.
import { GradientTape } from "@antler/autodiff";
import { ones, zerosLike } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { regularizers } from "../src/index.ts";
import type { Config, Serialized } from "../src/serialization/config.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { forms, judges, nameOf } from "./oracle/judges.ts";

interface Case {
  readonly class: string;
  readonly options: Config;
  readonly x: Numbers;
  readonly y: Numbers;
  readonly gradient: Numbers;
  readonly serialized: Serialized;
}

describe("regularizers give Keras's penalties, gradients and configs", () => {
  for (const c of fixture<Case>("regularizers").cases) {
    const judged = judges(nameOf(c.serialized), ...forms("regularizers"));
    it(`${c.class} ${JSON.stringify(c.options)} of [${c.x.shape}]`, judged, async () => {
      const regularizer = regularizers.get({ module: null, class_name: c.class, config: c.options, registered_name: null })!;
      expect(regularizers.serialize(regularizer)).toEqual(c.serialized);
      expect(regularizers.deserialize(c.serialized).getConfig()).toEqual(c.serialized.config);
      const x = tensorOf(c.x);
      const tape = new GradientTape();
      const y = tape.run(() => {
        tape.watch(x);
        return regularizer.apply(x);
      });
      await expectNumbers(y, c.y, {}, "penalty");
      // A penalty of nothing does not depend on x.
      await expectNumbers(tape.gradient(y, x) ?? zerosLike(x), c.gradient, {}, "gradient");
    });
  }
});

describe("names and errors", () => {
  it("null is none", () => {
    expect(regularizers.get(null)).toBeNull();
    expect(regularizers.get(undefined)).toBeNull();
  });
  it("knows Keras's factories by name", () => {
    expect(regularizers.get("l1_l2")).toBeInstanceOf(regularizers.L1L2);
    expect(regularizers.l1L2({ l1: 1 }).getConfig()).toEqual({ l1: 1, l2: 0 });
  });
  it("a single row has nobody to be orthogonal to", async () => {
    expect(
      await regularizers
        .orthogonalRegularizer()
        .apply(ones([1, 3]))
        .array(),
    ).toBe(0);
  });
  it.each([
    [() => regularizers.get("l3"), 'regularizers: no regularizer is called "l3". Known are l1, l1l2, l2, orthogonal_regularizer.'],
    [() => regularizers.l2({ l2: -1 }), "L2: l2 must be a number of 0 or more, got -1."],
    [() => regularizers.l1({ l1: Number.NaN }), "L1: l1 must be a number of 0 or more, got NaN."],
    [() => regularizers.orthogonalRegularizer({ mode: "both" as never }), 'no mode is called "both". Known are rows, columns.'],
    [() => regularizers.orthogonalRegularizer().apply(ones([3])), "OrthogonalRegularizer: takes matrices. Got f32[3]."],
  ])("%#", (run, message) => {
    expect(run).toThrow(message);
  });
});
