// Sums by ids and last rows against plain loops, bit by bit: every kind of element and of id, ids of no segment among them.

import { type DType, dtypeInfo, type TypedArray } from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import { KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { type Addend, type Ids, lastOfSegments, sumSegments } from "./segments.ts";

const bench = new KernelBench(false);

function put(values: TypedArray): number {
  const padded = new Uint8Array(Math.ceil(values.byteLength / 4) * 4);
  padded.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return bench.put(new Float32Array(padded.buffer));
}
const arrayOf = (dtype: DType, length: number): TypedArray => {
  const { array, bytes } = dtypeInfo(dtype);
  return new array(new ArrayBuffer(length * bytes));
};
/** Ids of segments, with some below and some beyond them. */
function drawIds(dtype: DType, rows: number, segments: number): { readonly values: TypedArray; readonly ids: Ids } {
  const random = randomNumbers(rows + segments);
  const { bytes, kind } = dtypeInfo(dtype);
  const values = arrayOf(dtype, rows);
  for (const row of values.keys()) {
    const id = Math.floor(random() * (segments + 4)) - (kind === "int" ? 2 : 0);
    (values as Int32Array)[row] = (bytes === 8 ? BigInt(id) + (row % 5 ? 0n : 2n ** 32n) : id) as number;
  }
  return { values, ids: { pointer: put(values), bytes, rows, segments } };
}
const idDtypes = ["int32", "uint32", "int64"] as const;

describe.each([
  ["float32", "Float32"],
  ["float64", "Float64"],
  ["int32", "Int32"],
  ["uint32", "Int32"],
  ["int64", "Int64"],
] as [DType, Addend][])("sums of %s", (dtype, addend) => {
  const { bytes } = dtypeInfo(dtype);
  const check = (rows: number, segments: number, columns: number, idDtype: DType): void => {
    const random = randomNumbers(rows * columns + 1);
    const x = arrayOf(dtype, rows * columns) as Float64Array;
    for (const k of x.keys()) x[k] = (dtype === "int64" ? BigInt(Math.floor(random() * 1e9)) : random() * 300 - 100) as number;
    const { values, ids } = drawIds(idDtype, rows, segments);
    const sums = arrayOf(dtype, segments * columns) as Float64Array;
    for (const row of values.keys()) {
      const id = Number(values[row]!);
      if (id < 0 || id >= segments) continue;
      for (let k = 0; k < columns; k++) sums[id * columns + k]! += x[row * columns + k]!;
    }
    const y = bench.output(Math.ceil(sums.byteLength / 4));
    sumSegments(bench.context, { ...ids, addend, width: columns * bytes, x: put(x), y });
    const got = bench.memory.bytes().slice(y, y + sums.byteLength);
    expect(got).toEqual(new Uint8Array(sums.buffer));
    bench.checkAndFree();
  };
  test.each([1, 2, 3, 7, 16, 31, 64, 67, 149])("rows of %i", (columns) => {
    for (const segments of [1, 2, 3, 5, 101]) check(67, segments, columns, "int32");
  });
  test("more rows than are listed at a time", () => {
    for (const rows of [1023, 1024, 1025, 3001]) check(rows, 13, 5, "int32");
  });
  test.each(idDtypes)("ids of %s", (ids) => check(307, 41, 6, ids));
  test("nothing", () => {
    for (const [rows, segments, columns] of [
      [0, 5, 3],
      [4, 0, 3],
      [4, 5, 0],
    ] as const)
      check(rows, segments, columns, "int32");
  });
});

test("numbers that are none, zeros and what overflows", () => {
  const x = Float32Array.of(Number.NaN, -0, -0, 3e38, 3e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  const ids = { pointer: put(Int32Array.of(0, 1, 1, 2, 2, 3, 3)), bytes: 4, rows: 7, segments: 4 };
  const y = bench.output(4);
  sumSegments(bench.context, { ...ids, addend: "Float32", width: 4, x: put(x), y });
  expect([...bench.floats(y, 4)]).toEqual([Number.NaN, 0, Number.POSITIVE_INFINITY, Number.NaN]);
  bench.checkAndFree();
});

test.each(idDtypes)("the last rows with ids of %s", (dtype) => {
  for (const [rows, segments] of [
    [0, 3],
    [5, 0],
    [1, 1],
    [300, 41],
    [2051, 97],
  ] as const) {
    const { values, ids } = drawIds(dtype, rows, segments);
    const last = bench.output(segments);
    lastOfSegments(bench.context, ids, last);
    const expected = Array.from({ length: segments }, (_, id) => Array.from(values, Number).lastIndexOf(id));
    expect([...bench.integers(last, segments)]).toEqual(expected);
    bench.checkAndFree();
  }
});
