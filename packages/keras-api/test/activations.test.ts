// Activations compared with Keras: values, gradients, and what configs call them.
import { GradientTape } from "@antler/autodiff";
import { func, mul, sum, type Tensor, tensor } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { activations } from "../src/index.ts";
import { type Config, type Json, optionsOf, type Serialized } from "../src/serialization/config.ts";
import { registerKerasSerializable } from "../src/serialization/registry.ts";
import { expectNumbers, fixture, type Numbers, tensorOf } from "./oracle/fixture.ts";
import { judges } from "./oracle/judges.ts";

interface Values {
  readonly name: string;
  readonly options: Config;
  readonly x: Numbers;
  readonly y: Numbers;
  readonly weights: Numbers;
  readonly gradient: Numbers;
  readonly serialized: string;
}
interface Own {
  readonly name: string;
  readonly package: string;
  readonly serialized: Serialized;
}
const cases = fixture<Values | Own>("activations").cases;

describe("activations give Keras's values and gradients", () => {
  const rows = cases.filter((c) => "x" in c);
  for (const [i, c] of rows.entries()) {
    const judged = judges(`keras.activations.${c.name}`, "keras.activations.get", "keras.activations.serialize");
    it(`${i}: ${c.name} ${JSON.stringify(c.options)}`, judged, async () => {
      const activation = activations.get(c.name) as (x: Tensor, options: Record<string, unknown>) => Tensor;
      const x = tensorOf(c.x);
      const tape = new GradientTape();
      const { y, total } = tape.run(() => {
        tape.watch(x);
        const y = activation(x, optionsOf(c.options));
        return { y, total: sum(mul(y, tensorOf(c.weights))) };
      });
      await expectNumbers(y, c.y, {}, "value");
      await expectNumbers(tape.gradient(total, x), c.gradient, {}, "gradient");
      expect(activations.serialize(activations.get(c.name))).toBe(c.serialized);
    });
  }
  it("compiled, of a batch whose size is unknown", async () => {
    for (const name of ["sparsemax", "glu"]) {
      const c = rows.find((r) => r.name === name)!;
      const compiled = func((x: Tensor) => activations.get(name)(x), { inputSignature: [{ shape: [null, 2, 4], dtype: "float32" }] });
      await expectNumbers(compiled(tensorOf(c.x)), c.y, {}, name);
    }
  });
});

describe("names and functions", () => {
  const own = cases.filter((c) => "package" in c);
  const judged = judges("keras.activations.deserialize", "keras.saving.register_keras_serializable");
  it.each(own)("$name is a function of one's own: registered, written and read as Keras does", judged, (c) => {
    const fn = registerKerasSerializable((x: Tensor) => mul(x, 2), { package: c.package, name: c.name });
    expect(activations.serialize(fn)).toEqual(c.serialized);
    expect(activations.deserialize(c.serialized)).toBe(fn);
    // As Keras wrote it up to 3.6.
    const before = { ...c.serialized, config: c.name, registered_name: `${c.package}>${c.name}` };
    expect(activations.get(before)).toBe(fn);
  });
  it("custom objects are known by their bare names while a config is read", () => {
    const half = (x: Tensor): Tensor => mul(x, 0.5);
    const config: Json = { module: "builtins", class_name: "function", config: "half", registered_name: "function" };
    expect(activations.deserialize(config as unknown as Serialized, { half })).toBe(half);
    expect(() => activations.get("half")).toThrow('no activation is called "half"');
  });
  it("takes names, functions, function objects and nothing", () => {
    const relu: Serialized = { module: "builtins", class_name: "function", config: "relu", registered_name: "relu" };
    for (const identifier of ["relu", activations.relu, relu]) expect(activations.get(identifier)).toBe(activations.relu);
    for (const identifier of ["hard_silu", "hardSilu", "hard_swish", "hardSwish"]) {
      expect(activations.get(identifier)).toBe(activations.hardSwish);
    }
    expect(activations.get(null)).toBe(activations.linear);
    expect(activations.get(undefined)).toBe(activations.linear);
  });
});

describe("errors", () => {
  it.each([
    [() => activations.get("rely"), 'activations: no activation is called "rely". Known are linear, exponential, sigmoid'],
    [
      () => activations.get({ module: "keras.layers", class_name: "LeakyReLU", config: {}, registered_name: null }),
      "activations: expected a function, got the config of LeakyReLU. Add it as a layer of its own.",
    ],
    [() => activations.glu(tensor([1, 2, 3])), "split: 3 elements of axis 0 cannot be cut into 2 equal parts."],
  ])("%#", (run, message) => {
    expect(run).toThrow(message);
  });
});
