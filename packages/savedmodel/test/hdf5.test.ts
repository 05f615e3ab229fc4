// HDF5 read and written: against what h5py says is in its own files, and there and back.
import { performance } from "node:perf_hooks";
import { type DType, dtypeInfo, FormatError } from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { allocate } from "../src/bytes.ts";
import { H5Dataset, H5Group, readHdf5, writeHdf5 } from "../src/index.ts";
import { describeTree, file, golden, scriptsHash } from "./golden.ts";
import { everything } from "./trees.ts";

describe("files of Keras and h5py", () => {
  it("the golden files come from the scripts beside them", () => {
    expect(golden.scripts).toBe(scriptsHash);
  });

  it.each(Object.keys(golden.contents))("%s has what h5py says", (name) => {
    expect(describeTree(readHdf5(file(name)))).toEqual(golden.contents[name]);
  });

  it.each(Object.entries(golden.refused))("%s is refused: %s", (name, reason) => {
    expect(() => readHdf5(file(name))).toThrow(expect.objectContaining({ name: "FormatError", message: expect.stringContaining(reason) }));
  });

  it("takes Node's Buffer, whose slice is another, and gives each reader its own elements", () => {
    const dataset = readHdf5(Buffer.from(file("storage.h5"))).dataset("dtypes/int16");
    (dataset.data() as Int16Array).fill(0);
    expect([...(dataset.data() as Int16Array)]).not.toEqual([0, 0, 0, 0, 0, 0]);
  });
});

it("a dataset's elements are given as often as they are asked for", () => {
  const root = readHdf5(file("storage.h5"));
  for (const path of ["text", "chunks/2_gzip"]) {
    const first = root.dataset(path).data();
    for (let i = 0; i < 200; i++) expect(root.dataset(path).data()).toEqual(first);
  }
});

describe("a bomb", () => {
  const bomb = (): Uint8Array => {
    const root = new H5Group();
    root.children.set("w", new H5Dataset({ shape: [2], dtype: "float32", data: new Float32Array(2) }));
    return writeHdf5(root);
  };
  it("is refused by what it declares, before memory is taken", () => {
    expect(() => readHdf5(bomb(), { maxBytes: 7 })).toThrow(
      "the data up to here would take 8 bytes, and 7 bytes are allowed (option maxBytes)",
    );
    expect(() => readHdf5(file("refused/24.h5"), { maxBytes: Number.POSITIVE_INFINITY })).toThrow(
      "it says it has 8.00 GiB and the file stores 0 bytes",
    );
  });
  it("that was allowed and does not fit is a FormatError, too", () => {
    const error = (problem: string): FormatError => new FormatError("readHdf5", problem);
    expect(() => allocate(2 ** 50, error)).toThrow("there is no memory for its 1.00 PiB");
  });
  it("is refused by all datasets together", () => {
    expect(() => readHdf5(file("many.h5"), { maxBytes: 1196 })).toThrow("1.17 KiB, and 1.17 KiB are allowed");
    expect(readHdf5(file("many.h5"), { maxBytes: 1200 }).group("many").children.size).toBe(300);
  });
});

describe("a tree", () => {
  it("comes back as it was written", () => {
    const root = everything();
    expect(describeTree(readHdf5(writeHdf5(root)))).toEqual(describeTree(root));
  });

  it.each(Object.keys(golden.contents))("of %s survives being written", (name) => {
    const root = readHdf5(file(name));
    // Keras's old format does not note bfloat16; we always do.
    for (const [path, { dtype }] of Object.entries(describeTree(root))) {
      if (dtype === "bfloat16") root.dataset(path).attributes.set("dtype", "bfloat16");
    }
    expect(describeTree(readHdf5(writeHdf5(root)))).toEqual(describeTree(root));
  });

  it("gives the same bytes each time", () => {
    expect(writeHdf5(everything())).toEqual(writeHdf5(everything()));
  });

  it.each([0, 1, 8, 9, 255, 256, 257, 8193])("with %d children in a group keeps them all", (count) => {
    const root = new H5Group();
    for (let i = 0; i < count; i++) root.ensure(`child ${i}`);
    const names = [...readHdf5(writeHdf5(root)).children.keys()];
    expect(names).toEqual([...root.children.keys()].sort());
  });

  it("has its elements asked for one dataset after the other", () => {
    const asked: string[] = [];
    const root = new H5Group();
    for (const name of ["a", "b"]) {
      const data = (): Int8Array => {
        asked.push(name);
        return new Int8Array(3);
      };
      root.children.set(name, new H5Dataset({ shape: [3], dtype: "int8", data }));
    }
    writeHdf5(root);
    expect(asked).toEqual(["a", "b"]);
  });

  it("finds nodes by path and says what there is where it finds none", () => {
    const root = readHdf5(file("legacy.h5"));
    expect(root.at("model_weights/dense/dense/kernel:0")).toBe(root.dataset("/model_weights/dense/dense/kernel:0"));
    expect(root.at("model_weights/dense/dense/kernel:0/deeper")).toBeUndefined();
    expect(() => root.dataset("model_weights")).toThrow('the file has no dataset "model_weights". This group has model_weights.');
    expect(() => root.group("layers")).toThrow('the file has no group "layers"');
    expect(() => new H5Group().group("a")).toThrow("This group is empty.");
    expect(() => root.ensure("model_weights/dense/dense/kernel:0/x")).toThrow("leads through a dataset");
  });
});

describe("what HDF5 cannot hold is refused", () => {
  const write = (change: (root: H5Group) => void) => () => {
    const root = new H5Group();
    change(root);
    return writeHdf5(root);
  };
  const dataset = (shape: number[], dtype: DType, data: H5Dataset["data"] extends () => infer D ? D : never): H5Dataset =>
    new H5Dataset({ shape, dtype, data });

  it("names", () => {
    for (const name of ["", ".", "..", "a/b", "a\0b"]) {
      expect(write((root) => root.children.set(name, new H5Group()))).toThrow("is no name in HDF5");
    }
    expect(write((root) => root.attributes.set("", "x"))).toThrow('"" is no name of an attribute');
  });
  it("attributes beyond 64 KiB, but not long texts", () => {
    const numbers = { shape: [9000], dtype: "float64" as const, data: new Float64Array(9000) };
    expect(write((root) => root.attributes.set("a", numbers))).toThrow("and HDF5 allows 65527");
    const long = "ä".repeat(200_000);
    expect(readHdf5(write((root) => root.attributes.set("a", long))()).attributes.get("a")).toBe(long);
  });
  it("data that is not what it should be", () => {
    expect(write((root) => root.children.set("a", dataset([2], "float32", new Float32Array(3))))).toThrow(
      "the data has 3 elements. Got f32[2]",
    );
    expect(write((root) => root.children.set("a", dataset([2], "int64", new Int32Array(2))))).toThrow(
      "the data of int64 is a BigInt64Array",
    );
    expect(write((root) => root.children.set("a", dataset([2], "string", new Int8Array(2))))).toThrow(
      "the data of string is an array of strings",
    );
    expect(write((root) => root.children.set("a", dataset([1], "complex64", new Float32Array(2))))).toThrow("complex64 cannot be written");
    expect(write((root) => root.children.set("a", dataset(Array(33).fill(1), "int8", new Int8Array(1))))).toThrow(
      "HDF5 allows 32 dimensions",
    );
  });
  it("circles", () => {
    expect(write((root) => root.children.set("a", root))).toThrow("a group contains itself");
  });
});

it("50 MB of weights are written and read at the speed of copying", () => {
  const root = new H5Group();
  const elements = 125_000;
  for (let i = 0; i < 100; i++)
    root.children.set(`${i}`, new H5Dataset({ shape: [elements], dtype: "float32", data: new Float32Array(elements) }));
  expect(dtypeInfo("float32").bytes * elements * 100).toBe(50e6);
  const seconds = Math.min(
    ...[1, 2, 3].map(() => {
      const start = performance.now();
      for (const child of readHdf5(writeHdf5(root)).children.values()) (child as H5Dataset).data();
      return (performance.now() - start) / 1000;
    }),
  );
  // 0.1 s on a quiet machine; the bound only tells copying from element-wise work, which takes many times as long.
  expect(seconds).toBeLessThan(1);
});
