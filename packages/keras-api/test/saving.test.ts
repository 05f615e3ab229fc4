// The registry of file formats, and what models do without one.
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { type AnyModel, layers, loadModel, registerSaveFormat, sequential } from "../src/index.ts";

const model = (): AnyModel => sequential([layers.dense({ units: 1, inputShape: [2] })]) as unknown as AnyModel;

describe("formats", () => {
  it("without any, the error says what to import", async () => {
    const hint = 'write import "@antler/savedmodel/keras"';
    await expect(model().save("a.keras")).rejects.toThrow(hint);
    await expect(model().toBytes()).rejects.toThrow(hint);
    await expect(model().loadWeights("a.weights.h5")).rejects.toThrow(hint);
    await expect(loadModel("a.keras")).rejects.toThrow(hint);
  });

  it("are found by the longest end of a file's name, or by the first bytes; they do what they can", async () => {
    const written: unknown[] = [];
    const made = model();
    registerSaveFormat({
      name: "short",
      extensions: [".x"],
      saveModel: () => Uint8Array.of(1),
      write: async (path, bytes, { overwrite }) => void written.push([path, [...bytes], overwrite]),
    });
    registerSaveFormat({
      name: "long",
      extensions: [".y.x"],
      recognizes: ([first]) => first === 2,
      saveModel: async () => Uint8Array.of(2),
      loadModel: () => made,
    });
    await model().save("a.x", { overwrite: false });
    expect(written).toEqual([["a.x", [1], false]]);
    await expect(model().save("a.y.x")).rejects.toThrow("the format long knows no files, only bytes");
    expect(await model().toBytes({ format: ".y.x" })).toEqual(Uint8Array.of(2));
    expect(await loadModel(Uint8Array.of(2))).toBe(made);
    expect(await loadModel(new Blob([Uint8Array.of(2)]))).toBe(made);
    expect(await loadModel(runInNewContext("Uint8Array.of(2)") as Uint8Array)).toBe(made);
    expect(await loadModel(runInNewContext("Uint8Array.of(2).buffer") as ArrayBuffer)).toBe(made);
    await expect(loadModel(Uint8Array.of(3))).rejects.toThrow("Known are .y.x (long).");
    await expect(model().saveWeights("a.x")).rejects.toThrow("does not end in the name of a format that can do this");
  });
});
