// takeRows: rows of a tensor as a tensor of its own, on every backend.

import {
  add,
  type Backend,
  createReferenceBackend,
  fromHost,
  func,
  IndexError,
  setBackend,
  type Tensor,
  takeRows,
  tensor,
} from "@antler/tensor-core";
import { describe, expect, it } from "vitest";
import { strictBackend } from "../src/testing/index.ts";

describe.each<[string, () => Backend]>([
  ["reference", () => createReferenceBackend("rows")],
  ["strict", () => strictBackend()],
])("takeRows on %s", (_, make) => {
  it.each(["float32", "int32", "bool", "uint8", "int16"] as const)("%s", async (dtype) => {
    const backend = make();
    await setBackend(backend);
    const x = tensor(
      Array.from({ length: 15 }, (_, i) => i % (dtype === "bool" ? 2 : 15)),
      [5, 3],
      dtype,
    );
    const all = [...(await x.data())] as number[];
    for (const rows of [[4, 0, 0, 3], [1, 2, 3], [], [2, 2, 2, 2, 2, 2, 2]]) {
      const taken = takeRows(x, Int32Array.from(rows));
      expect(taken.shape).toEqual([rows.length, 3]);
      expect([...(await taken.data())]).toEqual(rows.flatMap((row) => all.slice(row * 3, row * 3 + 3)));
    }
  });
  it("comes behind what is still computed, and survives its source", async () => {
    await setBackend(make());
    const y = func((x: Tensor) => add(x, 1))(tensor([[1], [2], [3]]));
    const taken = takeRows(y, Int32Array.of(2, 0));
    y.dispose();
    expect(await taken.array()).toEqual([[4], [2]]);
  });
  it("refuses rows that are not there", async () => {
    await setBackend(make());
    expect(() => takeRows(tensor([[1], [2]]), Int32Array.of(0, 2))).toThrow(IndexError);
    expect(() => takeRows(tensor([[1], [2]]), Int32Array.of(-1))).toThrow(/no row -1/);
  });
  it("numbers of 16 bits", async () => {
    const backend = createReferenceBackend("halves");
    await setBackend(backend);
    const x = fromHost(Uint16Array.of(0x3c00, 0x4000, 0x4200), [3], "float16", backend);
    expect([...(await takeRows(x, Int32Array.of(1)).data())]).toEqual([0x4000]);
  });
});
