// Constraints compared with Keras: what they make of weights, and configs.
import { describe, expect, it } from "vitest";
import { constraints } from "../src/index.ts";
import type { Config, Serialized } from "../src/serialization/config.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { forms, judges, nameOf } from "./oracle/judges.ts";

interface Case {
  readonly class: string;
  readonly options: Config;
  readonly w: Numbers;
  readonly y: Numbers;
  readonly serialized: Serialized;
}

describe("constraints give Keras's weights and configs", () => {
  for (const c of fixture<Case>("constraints").cases) {
    const judged = judges(nameOf(c.serialized), ...forms("constraints"));
    it(`${c.class} ${JSON.stringify(c.options)} of [${c.w.shape}]`, judged, async () => {
      const constraint = constraints.get({ module: null, class_name: c.class, config: c.options, registered_name: null })!;
      expect(constraints.serialize(constraint)).toEqual(c.serialized);
      expect(constraints.deserialize(c.serialized).getConfig()).toEqual(c.serialized.config);
      await expectNumbers(constraint.apply(tensorOf(c.w)), c.y);
    });
  }
});

describe("names and errors", () => {
  it("null is none", () => {
    expect(constraints.get(null)).toBeNull();
    expect(constraints.get(undefined)).toBeNull();
  });
  it("an unknown name is an error that lists the known ones", () => {
    expect(() => constraints.get("norm")).toThrow(
      'constraints: no constraint is called "norm". Known are max_norm, min_max_norm, non_neg, unit_norm.',
    );
  });
});
