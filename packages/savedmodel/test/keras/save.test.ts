// Files written here: named, ordered and typed as Keras's own, whole or not at all.
import "@antler/backend-cpu/register";
import "../../src/keras/index.ts";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnyModel, input, Layer, layers, loadModel, sequential } from "@antler/keras-api";
import { memory, type Tensor, tensor, Variable } from "@antler/tensor-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { H5Dataset, H5Group, readHdf5, readZip, writeHdf5 } from "../../src/index.ts";
import { datasetOf } from "../../src/keras/values.ts";
import { caseOf, expectClose, expectSame, fixtures, predictions } from "./fixtures.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-keras-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const names = fixtures.cases.map(({ name }) => name);
const load = (name: string): Promise<AnyModel> => loadModel(fixtures.file(`${name}.keras`));
const member = (archive: Uint8Array, name: string): Uint8Array => readZip(archive).get(name)!.read();
const configOf = (archive: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(member(archive, "config.json")));

/** Layers that are made anew have the next number. */
const withoutNumber = (name: unknown): string => String(name).replace(/_\d+$/, "");

/** Every group and dataset with its attributes, shape, dtype and elements. */
function contents(root: H5Group): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const visit = (path: string, node: H5Group | H5Dataset): void => {
    const attributes = Object.fromEntries(
      [...node.attributes].map(([name, value]) => [name, name === "name" ? withoutNumber(value) : value]),
    );
    found[path] = node instanceof H5Group ? attributes : { attributes, shape: node.shape, dtype: node.dtype, data: node.data() };
    if (node instanceof H5Group) for (const [name, child] of node.children) visit(`${path}/${name}`, child);
  };
  visit("", root);
  return found;
}

/** Without what Keras writes where nobody said anything, and ids and modules that only Python has. */
function plain(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(plain);
  if (typeof json !== "object" || json === null) return json;
  const left = Object.entries(json).filter(([key, value]) => {
    if (key === "module" && (json as { registered_name?: unknown }).registered_name === "test>Blocks") return false;
    const said = value !== null || key !== "mask";
    return said && key !== "shared_object_id" && key !== "compile_config" && !(key === "training" && value === false);
  });
  return Object.fromEntries(left.map(([key, value]) => [key, plain(value)]));
}

describe(".keras", () => {
  it.each(names)("%s is written as it was read", async (name) => {
    const [before, after] = [fixtures.file(`${name}.keras`), await (await load(name)).toBytes()];
    expect([...readZip(after).keys()]).toEqual(["metadata.json", "config.json", "model.weights.h5"]);
    const [old, now] = [before, after].map((bytes) => contents(readHdf5(member(bytes, "model.weights.h5"))));
    // An optimizer that never made a step has slots once it was loaded.
    if (name !== "compiled") expect(now).toEqual(old);
    expect(plain(configOf(after))).toEqual(plain(configOf(before)));
  });
  it.each(names)("%s is read again, and training goes on", async (name) => {
    await expectSame(await loadModel(await (await load(name)).toBytes()), caseOf(name));
  });
  it("says whose format it is, and when it was written", async () => {
    const { keras_version, date_saved } = JSON.parse(
      new TextDecoder().decode(member(await (await load("nested")).toBytes(), "metadata.json")),
    );
    expect(keras_version).toBe("3.15.1");
    expect(date_saved).toMatch(/^\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d$/);
  });
  it("is left uncompiled on demand", async () => {
    expect((await loadModel(fixtures.file("sequential-adam.keras"), { compile: false })).optimizer).toBeUndefined();
  });
  it("leaves no tensors behind", async () => {
    const model = await load("blocks-momentum");
    const before = memory().numTensors;
    await model.toBytes();
    await model.loadWeights(fixtures.file("blocks-momentum.weights.h5"));
    expect(memory().numTensors).toBe(before);
  });
});

it("bytes are of an ordinary buffer, which browsers make blobs of, though the backend's memory is shared", async () => {
  const model = await load("sequential-adam");
  for (const of of ["model", "weights"] as const) expect((await model.toBytes({ of })).buffer).toBeInstanceOf(ArrayBuffer);
});

describe("files", () => {
  it("are written, replaced, and read", async () => {
    const path = join(folder, "a.keras");
    const model = await load("sequential-adam");
    await model.save(path);
    await model.save(path);
    await expectSame(await loadModel(path), caseOf("sequential-adam"));
    await model.saveWeights(join(folder, "a.weights.h5"));
    const other = await load("sequential");
    await other.loadWeights(join(folder, "a.weights.h5"));
    expect(await other.getWeights()[0]!.data()).toEqual(await model.getWeights()[0]!.data());
  });
  it("that exist are kept on demand", async () => {
    const path = join(folder, "b.keras");
    writeFileSync(path, "precious");
    const model = await load("nested");
    await expect(model.save(path, { overwrite: false })).rejects.toThrow("b.keras exists already");
    expect(readFileSync(path, "utf8")).toBe("precious");
    await model.save(join(folder, "c.keras"), { overwrite: false });
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
  it("are of the format their names say", async () => {
    const model = await load("nested");
    await expect(model.save(join(folder, "a.h5"))).rejects.toThrow('a.h5" does not end in the name of a format that can do this');
    await expect(model.saveWeights(join(folder, "a.keras"))).rejects.toThrow("Known are .weights.h5 (Keras weights)");
    expect(existsSync(join(folder, "a.h5"))).toBe(false);
  });
  it("come as bytes, buffers, blobs and responses", async () => {
    const bytes = fixtures.file("nested.keras");
    for (const source of [bytes, bytes.buffer, new Blob([bytes]), new Response(bytes)]) {
      await expectClose(predictions(await loadModel(source), caseOf("nested")), caseOf("nested").predictions);
    }
  });
});

/** A layer with a counter, and a part that Keras's class calls otherwise. */
class Counting extends Layer {
  readonly steps: Variable = new Variable(tensor(7, [], "int32"), { name: "steps", trainable: false, savedDtype: "int64" });
  readonly factor: Variable = new Variable(tensor([0.5, -2]), { name: "factor" });
  readonly flags: Variable = new Variable(tensor([true, false]), { name: "flags", trainable: false });
  readonly inside: Layer = layers.dense({ units: 1 });

  override get className(): string {
    return "Counting";
  }
  override savedParts(): Record<string, unknown> {
    return { _query_dense: this.inside };
  }
  override call(x: Tensor): Tensor {
    return this.inside.apply(x);
  }
}

describe("variables", () => {
  const make = (): AnyModel => sequential([input({ shape: [2] }), new Counting() as Layer]) as unknown as AnyModel;
  const values = (m: AnyModel) => Promise.all(m.getWeights().map((w) => w.array()));
  const tree = async (): Promise<H5Group> => readHdf5(await make().toBytes({ of: "weights" }));
  const vars = "layers/counting/vars";
  const change = (root: H5Group, name: string, dataset: H5Dataset): Uint8Array => {
    root.group(vars).children.set(name, dataset);
    return writeHdf5(root);
  };

  it("are in the file trained ones first, counters widened, parts as the layer calls them", async () => {
    const root = await tree();
    const found = [...root.group(vars).children].map(([name, d]) => [name, (d as H5Dataset).dtype, (d as H5Dataset).shape]);
    expect(found).toEqual([
      ["0", "float32", [2]],
      ["1", "int64", []],
      ["2", "bool", [2]],
    ]);
    expect(root.dataset("layers/counting/_query_dense/vars/0").shape).toEqual([2, 1]);
    const [model, other] = [make(), make()];
    await other.loadWeights(await model.toBytes({ of: "weights" }));
    expect(await values(other)).toEqual(await values(model));
  });
  it("are converted where the file has other floats", async () => {
    const bits = { float16: [0x3c00, 0xfbff], bfloat16: [0x3f80, 0xc77f] } as const;
    for (const [dtype, [one, low]] of Object.entries(bits)) {
      const model = make();
      const dataset = new H5Dataset({ shape: [2], dtype: dtype as "float16", data: Uint16Array.of(one, low) });
      await model.loadWeights(change(await tree(), "0", dataset));
      expect(await model.getWeights()[0]!.array()).toEqual([1, dtype === "float16" ? -65504 : -65280]);
    }
    const model = make();
    await model.loadWeights(change(await tree(), "0", new H5Dataset({ shape: [2], dtype: "float64", data: Float64Array.of(0.1, 3) })));
    expect(await model.getWeights()[0]!.array()).toEqual([Math.fround(0.1), 3]);
  });
  it("of 16 bits say in the file what they are", () => {
    const v = { shape: [1], dtype: "bfloat16", savedDtype: "bfloat16" } as unknown as Variable;
    expect(datasetOf(v, Uint16Array.of(0x3f80)).attributes.get("dtype")).toBe("bfloat16");
  });
  it.each([
    ["more than fit", "int64", BigInt64Array.of(2n ** 40n)],
    ["fractions", "float32", Float32Array.of(0.5)],
  ] as const)("that count are refused where they hold %s", async (_, dtype, data) => {
    const bytes = change(await tree(), "1", new H5Dataset({ shape: [], dtype, data }));
    await expect(make().loadWeights(bytes)).rejects.toThrow("layers/counting/vars/1 holds");
  });
});
