// Functional and nested models against Keras: made from its JSON, written as its JSON, with its summary and its results.
import { add, greater, onesLike, tensor, where, zerosLike } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { input, model, modelFromJSON } from "../src/index.ts";
import { flatten } from "../src/nested.ts";
import { expectNumbers, fixture, type Numbers, tensorOf, valuesOf } from "./oracle/fixture.ts";
import { judges, layersIn } from "./oracle/judges.ts";

interface ModelCase {
  readonly name: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly summary: string;
  readonly expanded: string;
  readonly input_names: readonly string[] | null;
  readonly inputs: readonly Numbers[];
  readonly weights: readonly Numbers[];
  readonly outputs: readonly Numbers[];
}

/** Without what Keras writes for calls that said nothing, and how it was compiled. */
function plain(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(plain);
  if (typeof json !== "object" || json === null) return json;
  const said = Object.entries(json).filter(([key, value]) => key !== "compile_config" && !(key === "mask" && value === null));
  return Object.fromEntries(said.filter(([key, value]) => !(key === "training" && value === false)).map(([k, v]) => [k, plain(v)]));
}

describe("models of Keras's JSON", () => {
  for (const c of ["models", "models_layers"].flatMap((family) => fixture<ModelCase>(family).cases)) {
    const make = () => {
      const model = modelFromJSON(JSON.stringify(c.json));
      model.setWeights(c.weights.map((n) => valuesOf(n) as never));
      const given = c.inputs.map(tensorOf);
      const inputs = c.input_names ? Object.fromEntries(c.input_names.map((n, i) => [n, given[i]!])) : given.length > 1 ? given : given[0]!;
      return { model, inputs };
    };
    const kind = c.json["class_name"] === "Sequential" ? "keras.Sequential" : "keras.Model";
    const inputs = layersIn(c.json).filter((name) => name === "keras.layers.InputLayer");
    const judged = judges(kind, ...inputs, "keras.models.model_from_json");
    it(`${c.name} gives the same`, judged, async () => {
      const { model, inputs } = make();
      const outputs = flatten(model.apply(inputs, { training: false }));
      for (const [i, n] of c.outputs.entries()) await expectNumbers(outputs[i]!, n);
    });
    it(`${c.name} is written as it was read`, judged, () => {
      expect(plain(JSON.parse(make().model.toJson()))).toEqual(plain(c.json));
    });
    it(`${c.name} has the same summary`, judged, () => {
      let text = "";
      const { model } = make();
      const printFn = (s: string): void => void (text = `${s}\n`);
      model.summary({ lineLength: 100, printFn });
      expect(text).toBe(c.summary);
      model.summary({ lineLength: 110, expandNested: true, showTrainable: true, printFn });
      expect(text).toBe(c.expanded);
    });
  }
});

it("tensors like a symbolic one are filled when sizes are known", async () => {
  const x = input({ shape: [3] });
  const m = model({ inputs: x, outputs: where(greater(x, 0), add(x, onesLike(x)), zerosLike(x)) });
  expect(await m.apply(tensor([[1, -2, 3]])).array()).toEqual([[2, 0, 4]]);
  expect(
    await m
      .predict(
        tensor([
          [-1, 0, 1],
          [2, 2, -2],
        ]),
      )
      .array(),
  ).toEqual([
    [0, 0, 2],
    [3, 3, 0],
  ]);
});
