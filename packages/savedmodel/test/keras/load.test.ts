// Files that Keras wrote, loaded: what the models give is what Keras says, and training goes on where it stopped.
import "@antler/backend-cpu/register";
import "../../src/keras/index.ts";
import "./compiling.ts";
import { type AnyModel, loadModel } from "@antler/keras-api";
import { mul } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { caseOf, expectClose, expectSame, fixtures, predictions, scriptsHash } from "./fixtures.ts";

it("the fixtures are what the scripts write", () => {
  expect(fixtures.scripts).toBe(scriptsHash());
});

const files = (extension: string) => fixtures.cases.filter(({ extensions }) => extensions.includes(extension));

describe(".keras", () => {
  it.each(files(".keras"))("$name", async (c) => {
    await expectSame(await loadModel(fixtures.file(`${c.name}.keras`)), c);
  });
});

describe("legacy .h5", () => {
  it.each(files(".h5"))("$name", async (c) => {
    await expectSame(await loadModel(fixtures.file(`${c.name}.h5`)), c);
  });
});

describe("weights", () => {
  const fresh = (name: string): Promise<AnyModel> => loadModel(fixtures.file(`${name}.keras`));
  /** Another model of the same layers. */
  const other = (name: string): string => name.split("-")[0]!;

  it.each(files(".weights.h5"))("of $name in a .weights.h5 file", async (c) => {
    const model = await fresh(other(c.name));
    await model.loadWeights(fixtures.file(`${c.name}.weights.h5`));
    await expectClose(predictions(model, c), c.predictions);
  });
  it.each(files(".h5"))("of $name in a legacy .h5 file", async (c) => {
    const model = await fresh(other(c.name));
    await model.loadWeights(fixtures.file(`${c.name}.h5`));
    await expectClose(predictions(model, c), c.predictions);
  });
  it.each(files(".h5"))("of $name in a legacy .h5 file, by name", async (c) => {
    const model = await fresh(c.name);
    const [kernel] = model.trainableWeights;
    kernel!.assign(mul(kernel!, 0));
    await model.loadWeights(fixtures.file(`${c.name}.h5`), { byName: true });
    await expectClose(predictions(model, c), c.predictions);
  });
  it("bring the optimizer's state along", async () => {
    const c = caseOf("sequential-adam");
    const model = await fresh("compiled");
    expect(await model.loadWeights(fixtures.file("sequential-adam.weights.h5"))).toEqual({ skipped: [] });
    expect(Number(model.optimizer!.iterations.value.dataSync()[0])).toBe(c.iterations);
  });
});
