// Files that Keras wrote, loaded: what the models give is what Keras says, and training goes on where it stopped.
import "@antler/backend-cpu/register";
import "../../src/keras/index.ts";
import { type AnyModel, loadModel } from "@antler/keras-api";
import { mul } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { judges } from "../../../keras-api/test/oracle/judges.ts";
import { readHdf5, writeHdf5 } from "../../src/index.ts";
import { caseOf, expectClose, expectSame, fixtures, predictions, scriptsHash } from "./fixtures.ts";

it("the fixtures are what the scripts write", () => {
  expect(fixtures.scripts).toBe(scriptsHash());
});

const files = (extension: string) => fixtures.cases.filter(({ extensions }) => extensions.includes(extension));

describe(".keras", () => {
  it.each(files(".keras"))("$name", judges("keras.saving.load_model"), async (c) => {
    await expectSame(await loadModel(fixtures.file(`${c.name}.keras`)), c);
  });
});

describe("legacy .h5", () => {
  it.each(files(".h5"))("$name", judges("keras.saving.load_model"), async (c) => {
    await expectSame(await loadModel(fixtures.file(`${c.name}.h5`)), c);
  });
});

/** What layers of a model were called. */
const OLD = "_layer_checkpoint_dependencies";

describe("weights", () => {
  const fresh = (name: string): Promise<AnyModel> => loadModel(fixtures.file(`${name}.keras`));
  /** Another model of the same layers. */
  const other = (name: string): string => name.split("-")[0]!;

  it.each(files(".weights.h5"))("of $name in a .weights.h5 file", judges("keras.saving.load_weights"), async (c) => {
    const model = await fresh(other(c.name));
    await model.loadWeights(fixtures.file(`${c.name}.weights.h5`));
    await expectClose(predictions(model, c), c.predictions);
  });
  it.each(files(".h5"))("of $name in a legacy .h5 file", judges("keras.saving.load_weights"), async (c) => {
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

  /** A file with groups under other names. */
  function moved(name: string, places: Readonly<Record<string, string>>): Uint8Array {
    const root = readHdf5(fixtures.file(`${name}.weights.h5`));
    for (const [from, to] of Object.entries(places)) {
      const [parent, last] = splitPath(from);
      const [target, called] = splitPath(to);
      root.ensure(target).children.set(called, root.group(from));
      root.group(parent).children.delete(last);
    }
    return writeHdf5(root);
  }
  const splitPath = (path: string): [string, string] => [
    path.slice(0, Math.max(0, path.lastIndexOf("/"))),
    path.slice(path.lastIndexOf("/") + 1),
  ];

  it.each([
    [
      "layers in lists within lists only among all layers, as before Keras 3.14",
      "blocks",
      {
        "blocks/container/dense": "layers/dense_3",
        "blocks/container_1/dense": "layers/dense_4",
        "blocks/container_1/dense_1": "layers/dense_5",
      },
    ],
    [
      "the name of layers up to Keras 2.13",
      "nested",
      {
        "layers/functional/layers": `layers/functional/${OLD}`,
        "layers/sequential/layers": `layers/sequential/${OLD}`,
        layers: OLD,
      },
    ],
  ] as const)("are found with %s", async (_, name, places) => {
    const [c, model] = [caseOf(name), await fresh(name)];
    for (const v of model.weights) v.assign(mul(v, 0));
    await model.loadWeights(moved(name, places));
    await expectClose(predictions(model, c), c.predictions);
  });
});
