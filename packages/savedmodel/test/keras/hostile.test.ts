// Files that are wrong, damaged or made to harm: refused with an error that says where, and nothing is changed.
import "@antler/backend-cpu/register";
import "../../src/keras/index.ts";
import { type AnyModel, layers, loadModel, sequential } from "@antler/keras-api";
import { AntlerError, FormatError, ShapeError, ValueError } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { H5Dataset, type H5Group, readHdf5, readZip, writeHdf5, writeZip } from "../../src/index.ts";
import { damaged, randomInts } from "../mutations.ts";
import { fixtures } from "./fixtures.ts";

// biome-ignore lint/suspicious/noExplicitAny: configs are changed at places only the test knows
type Loose = any;

/** A file with its config changed. */
function withConfig(name: string, change: (config: Loose) => void): Uint8Array {
  const members = [...readZip(fixtures.file(`${name}.keras`)).values()].map((m) => ({ name: m.name, bytes: m.read() }));
  const config = JSON.parse(new TextDecoder().decode(members[1]!.bytes)) as Loose;
  change(config);
  members[1] = { name: "config.json", bytes: new TextEncoder().encode(JSON.stringify(config)) };
  return writeZip(members);
}
/** Without the shapes that layers were built for. */
function unbuilt(config: Loose): Loose {
  for (const layer of config.config.layers) delete layer.build_config;
  return config;
}
/** A file with its weights changed. */
function withWeights(name: string, change: (root: H5Group) => void): Uint8Array {
  const members = [...readZip(fixtures.file(`${name}.keras`)).values()].map((m) => ({ name: m.name, bytes: m.read() }));
  const root = readHdf5(members[2]!.bytes);
  change(root);
  members[2] = { name: "model.weights.h5", bytes: writeHdf5(root) };
  return writeZip(members);
}
const floats = (shape: readonly number[]): H5Dataset =>
  new H5Dataset({ shape, dtype: "float32", data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

/** What loading ends with. */
async function failure(bytes: Uint8Array, options = {}): Promise<AntlerError> {
  const error: unknown = await loadModel(bytes, options).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(AntlerError);
  return error as AntlerError;
}

describe("weights that do not fit", () => {
  const model = (units: readonly number[]): AnyModel =>
    sequential(units.map((n, i) => layers.dense({ units: n, ...(i === 0 && { inputShape: [3] }) }))) as unknown as AnyModel;
  const weightsOf = (units: readonly number[]): Promise<Uint8Array> => model(units).toBytes({ of: "weights" });
  const values = (m: AnyModel): unknown[] => m.getWeights().map((w) => w.arraySync());

  it.each([
    [
      "another shape",
      [4, 2],
      [4, 5],
      ShapeError,
      /layers\/dense_1\/vars\/0 is for "sequential.*\/kernel".*Got f32\[4, 5\] and f32\[4, 2\]/s,
    ],
    ["a layer less", [4, 2], [4], FormatError, /there are no variables at layers\/dense_1\/vars in the file, and 2 in the model/],
    ["a layer more", [4], [4, 2], FormatError, /variables at layers\/dense_1, and the model has no such layer/],
    ["all else", [4, 2], [5, 3], ShapeError, /1 more do not fit: layers\/dense_1\/vars/],
  ] as const)("%s: an error with the path, and nothing changes", async (_, mine, theirs, kind, message) => {
    const m = model(mine);
    const before = values(m);
    const bytes = await weightsOf(theirs);
    await expect(m.loadWeights(bytes)).rejects.toThrow(message);
    await expect(m.loadWeights(bytes)).rejects.toBeInstanceOf(kind);
    expect(values(m)).toEqual(before);
  });
  it("are left out on demand", async () => {
    const [m, other] = [model([4, 2]), model([4, 5])];
    const before = values(m);
    const { skipped } = await m.loadWeights(await other.toBytes({ of: "weights" }), { skipMismatch: true });
    expect(skipped).toEqual(["layers/dense_1/vars"]);
    expect(values(m)).toEqual([...values(other).slice(0, 2), ...before.slice(2)]);
  });
  it("of an optimizer are left out of a model that is compiled otherwise", async () => {
    const m = await loadModel(fixtures.file("sequential-momentum.keras"));
    const { skipped } = await m.loadWeights(fixtures.file("sequential-adam.weights.h5"));
    expect(skipped).toEqual(["optimizer/vars"]);
  });
  it("damage in the last of them changes none", async () => {
    const m = model([4, 2]);
    const before = values(m);
    const root = readHdf5(await weightsOf([4, 2]));
    root.group("layers/dense_1/vars").children.set("1", new H5Dataset({ shape: [2], dtype: "string", data: ["a", "b"] }));
    await expect(m.loadWeights(writeHdf5(root))).rejects.toThrow("layers/dense_1/vars/1 holds texts");
    expect(values(m)).toEqual(before);
  });
  it("of legacy files: other layers, other names", async () => {
    const bytes = fixtures.file("sequential.h5");
    await expect(model([4]).loadWeights(bytes)).rejects.toThrow("the file has weights for 3 layers, and the model has 1 with weights");
    const m = model([9]);
    const before = values(m);
    expect(await m.loadWeights(bytes, { byName: true })).toEqual({ skipped: [] });
    expect(values(m)).toEqual(before);
  });
  it("a model that is not built has none", async () => {
    await expect(sequential([layers.dense({ units: 1 })]).loadWeights(await weightsOf([1]))).rejects.toThrow("has no weights yet");
  });
});

describe("models", () => {
  it.each([
    ["a class nobody knows", (c: Loose) => void (c.config.layers[1].class_name = "Evil"), /no layer is called "Evil"/],
    ["a class of another module", (c: Loose) => Object.assign(c, { module: "os", class_name: "system" }), /no layer is called "system"/],
    ["a function as a class", (c: Loose) => void (c.config.layers[1].class_name = "dense_"), /no layer is called "dense_"/],
    ["a name of every object", (c: Loose) => void (c.config.layers[1].class_name = "constructor"), /no layer is called "constructor"/],
    [
      "a Lambda",
      (c: Loose) => void (c.config.layers[1].class_name = "Lambda"),
      /Python code in a Lambda \("dense.*"\), which is never run/,
    ],
    [
      "bytecode",
      (c: Loose) => void (c.config.layers[1].config.activation = { class_name: "__lambda__", config: { code: "4wE=" } }),
      /Python code in a __lambda__/,
    ],
    [
      "an activation nobody knows",
      (c: Loose) => void (c.config.layers[1].config.activation = "system"),
      /no activation is called "system"/,
    ],
    ["a layer as the model", (c: Loose) => Object.assign(c, c.config.layers[1]), /describes a Dense, which is no model/],
    ["no layers", (c: Loose) => void delete c.config.layers, /has no layers to build/],
    ["a number of layers", (c: Loose) => void (c.config.layers = 7), /describes no model that can be made/],
    [
      "a layer that is larger than the file",
      (c: Loose) => void (c.config.layers[1].config.units = 2 ** 30),
      /more weights than the file holds/,
    ],
    [
      "an input that is larger",
      (c: Loose) => void (unbuilt(c).config.layers[0].config.batch_shape = [null, 2 ** 33]),
      /more weights than the file holds/,
    ],
    ["weights of another shape", (c: Loose) => void (unbuilt(c).config.layers[1].config.units = 5), /has another shape/],
  ])("with %s are refused", async (_, change, message) => {
    expect((await failure(withConfig("sequential", change))).message).toMatch(message);
  });
  it("with layers in each other deeper than the stack are refused", async () => {
    let config = '{"class_name":"Dense","config":{}}';
    for (let i = 0; i < 20_000; i++)
      config = `{"module":"keras","class_name":"Sequential","config":{"layers":[${config}]},"registered_name":null}`;
    const members = [...readZip(fixtures.file("sequential.keras")).values()].map((m) => ({ name: m.name, bytes: m.read() }));
    members[1] = { name: "config.json", bytes: new TextEncoder().encode(config) };
    expect(await failure(writeZip(members))).toBeInstanceOf(FormatError);
  });
  it("are not made unsafely", async () => {
    await expect(loadModel(fixtures.file("nested.keras"), { safeMode: false })).rejects.toBeInstanceOf(ValueError);
  });
  it("without a member, with a config that is no JSON, and other files are refused", async () => {
    const members = [...readZip(fixtures.file("nested.keras")).values()].map((m) => ({ name: m.name, bytes: m.read() }));
    expect((await failure(writeZip(members.slice(0, 2)))).message).toContain("there is no model.weights.h5 in the archive");
    members[1] = { name: "config.json", bytes: new TextEncoder().encode("{'a': 1}") };
    expect((await failure(writeZip(members))).message).toContain("config.json is no JSON");
    expect((await failure(new TextEncoder().encode("GIF89a"))).message).toContain("of no format that can be read here");
    expect((await failure(fixtures.file("nested.weights.h5"))).message).toContain("the file has no model_config");
  });
  it("larger than allowed are refused", async () => {
    expect((await failure(fixtures.file("nested.keras"), { maxBytes: 1000 })).message).toContain("option maxBytes");
  });
  it("with weights that lie elsewhere, or too many, are refused", async () => {
    const less = withWeights("sequential", (root) => void root.group("layers/dense_1/vars").children.delete("1"));
    expect((await failure(less)).message).toContain("1 variables at layers/dense_1/vars in the file, and 2 in the model");
    const more = withWeights("sequential", (root) => void root.ensure("layers/dense_9/vars").children.set("0", floats([1])));
    expect((await failure(more)).message).toContain("variables at layers/dense_9");
    const gap = withWeights("sequential", (root) => {
      root.group("layers/dense/vars").children.delete("0");
      root.group("layers/dense/vars").children.set("2", floats([4]));
    });
    expect(await failure(gap)).toBeInstanceOf(FormatError);
  });
  it.each(["sequential.keras", "functional.keras", "nested-momentum.h5"])(
    "%s, damaged in hundreds of ways, is read or refused",
    async (name) => {
      const bytes = fixtures.file(name);
      const random = randomInts(bytes.length);
      let refused = 0;
      for (let i = 0; i < 200; i++) {
        const error: unknown = await loadModel(damaged(bytes, random), { maxBytes: 2 ** 24 }).then(
          () => undefined,
          (e: unknown) => e,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(AntlerError);
        if (error !== undefined) refused++;
      }
      expect(refused).toBeGreaterThan(0);
    },
  );
});
