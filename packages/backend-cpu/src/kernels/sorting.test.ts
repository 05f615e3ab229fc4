// Orders against JavaScript's own stable sort: every kind of element, both ways of sorting, long rows in blocks.

import { dtypeInfo, type TypedArray } from "@antler/tensor-core";
import { describe, expect, test } from "vitest";
import { KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { sortPlaces } from "./sorting.ts";

const bench = new KernelBench(false);
const dtypes = ["float32", "float64", "int32", "uint32", "int64"] as const;
type Sortable = (typeof dtypes)[number];

/** NaN after every number, equal elements in their order. */
function expected(row: TypedArray, kept: number, descending: boolean): number[] {
  const [one, other] = descending ? [1, 0] : [0, 1];
  const compare = (...places: [number, number]): number => {
    const [a, b] = [row[places[one]!]!, row[places[other]!]!];
    if (a < b) return -1;
    if (a > b) return 1;
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || places[0] - places[1];
  };
  return [...row.keys()].sort(compare).slice(0, kept);
}

function places(rows: number, values: TypedArray, dtype: Sortable, kept: number, descending: boolean): Int32Array {
  const { bytes, kind } = dtypeInfo(dtype);
  const padded = new Uint8Array(Math.ceil(values.byteLength / 4) * 4);
  padded.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const [x, y] = [bench.put(new Float32Array(padded.buffer)), bench.output(rows * kept)];
  const columns = values.length / rows;
  sortPlaces(bench.context, { rows, columns, kept, descending, words: bytes / 4, kind: kind as "float" | "int" | "uint", x, y });
  const result = bench.integers(y, rows * kept);
  bench.checkAndFree();
  return result;
}

function expectSorted(rows: number, values: TypedArray, dtype: Sortable, kept: number): void {
  const columns = values.length / rows;
  for (const descending of [false, true]) {
    const got = places(rows, values, dtype, kept, descending);
    for (let row = 0; row < rows; row++)
      expect([...got.subarray(row * kept, (row + 1) * kept)]).toEqual(
        expected(values.subarray(row * columns, (row + 1) * columns) as TypedArray, kept, descending),
      );
  }
}

/** Bits drawn at random are numbers of every size; few different ones are ties. */
function drawn(dtype: Sortable, length: number, { ties }: { readonly ties: boolean }): TypedArray {
  const random = randomNumbers(length + 1);
  const { array, bytes } = dtypeInfo(dtype);
  const all = Uint8Array.from({ length: length * bytes }, () => random() * 256);
  const values = new array(all.buffer);
  if (ties) for (const k of values.keys()) values[k] = values[Math.floor(random() * Math.min(7, length))]!;
  return values;
}

describe.each(dtypes)("%s", (dtype) => {
  test.each([1, 2, 3, 7, 8, 63, 64, 65, 101, 257, 4099])("rows of %i", (columns) => {
    for (const ties of [false, true]) expectSorted(3, drawn(dtype, 3 * columns, { ties }), dtype, columns);
  });
  test("the first few", () => {
    for (const [columns, kept] of [
      [5, 1],
      [67, 1],
      [67, 3],
      [67, 32],
      [67, 33],
      [67, 66],
      [1009, 5],
      [1009, 500],
    ] as const)
      for (const ties of [false, true]) expectSorted(4, drawn(dtype, 4 * columns, { ties }), dtype, kept);
  });
  test("long rows", () => {
    for (const kept of [40, 33_000, 70_001]) expectSorted(2, drawn(dtype, 2 * 70_001, { ties: kept === 40 }), dtype, kept);
  });
});

test.each(["float32", "float64"] as const)("NaN of any sign, zeros, infinities and the smallest of %s", (dtype) => {
  const { array } = dtypeInfo(dtype);
  const tiny = dtype === "float32" ? 2 ** -149 : Number.MIN_VALUE;
  const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, -tiny, 1, -1, Number.NEGATIVE_INFINITY, tiny, -0, 0, Number.NaN];
  for (const length of [12, 70, 300]) {
    const values = new array(new ArrayBuffer(length * dtypeInfo(dtype).bytes)) as Float64Array;
    for (const k of values.keys()) values[k] = special[k % 12]!;
    // A NaN with its sign bit set.
    const words = new Int32Array(values.buffer);
    const upper = 3 * (words.length / length) - 1;
    words[upper] = words[upper]! | (1 << 31);
    expectSorted(1, values, dtype, length);
  }
});

test("nothing to sort, nothing to keep", () => {
  for (const [rows, columns, kept] of [
    [0, 5, 5],
    [3, 0, 0],
    [2, 4, 0],
  ] as const)
    sortPlaces(bench.context, { rows, columns, kept, descending: false, words: 1, kind: "float", x: bench.output(0), y: bench.output(0) });
  bench.checkAndFree();
});
