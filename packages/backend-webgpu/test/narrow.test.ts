// Elements of 8 and 16 bits: several make a word, which one invocation writes if it can, without atomics.
import {
  add,
  cast,
  concat,
  func,
  greater,
  mul,
  range,
  reshape,
  scan,
  setBackend,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "@antler/tensor-core";
import { beforeEach, expect, it } from "vitest";
import { findDevice } from "../src/adapter.ts";
import { createWebGpuBackend } from "../src/index.ts";

/** The text of every shader that was made. */
let texts: string[];
beforeEach(async () => {
  const { device } = await findDevice();
  const make = device.createShaderModule.bind(device);
  texts = [];
  device.createShaderModule = (description) => {
    texts.push(description.code);
    return make(description);
  };
  await setBackend(await createWebGpuBackend({ device }));
});
const atomics = (): number => texts.filter((t) => t.includes("atomic<u32>")).length;
const numbers = async (x: Tensor): Promise<number[]> => Array.from((await cast(x, "float32").data()) as ArrayLike<number>);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

it.each([
  ["bool", 8, 4],
  ["bool", 7, 1],
  ["int8", 12, 4],
  ["uint8", 6, 1],
  ["float16", 6, 2],
  ["bfloat16", 4, 2],
  ["int16", 5, 1],
] as const)("%s[%i]: %i at a time", async (dtype, n, run) => {
  const f = func((x: Tensor) => cast(x, dtype));
  const x = cast(range(0, n), "float32");
  texts = [];
  const y = f(x);
  expect(texts.length).toBe(1);
  expect(atomics()).toBe(run > 1 ? 0 : 1);
  if (run > 1) expect(texts[0]).toContain(`k < ${run}i`);
  expect(await numbers(y)).toEqual(upTo(n).map((v) => (dtype === "bool" ? Math.min(v, 1) : v)));
});

it("rows whose length makes words are written so for every batch size, by one pipeline", async () => {
  const f = func((x: Tensor) => greater(transpose(x), 2), { inputSignature: [{ shape: [4, null], dtype: "float32" }] });
  for (const n of [1, 2, 3, 5, 64]) {
    const x = reshape(cast(range(0, 4 * n), "float32"), [4, n]);
    texts = [];
    const y = f(x);
    expect(texts.length).toBe(n === 1 ? 1 : 0);
    expect(await numbers(y)).toEqual(upTo(n).flatMap((c) => upTo(4).map((r) => (r * n + c > 2 ? 1 : 0))));
  }
  expect(atomics()).toBe(0);
});

it("results of two widths are written by one kernel", async () => {
  const f = func((x: Tensor) => [greater(x, 3), cast(x, "float16"), mul(x, 2)] as const);
  const x = cast(range(0, 8), "float32");
  texts = [];
  const [a, b, c] = f(x);
  expect([texts.length, atomics()]).toEqual([1, 0]);
  expect(await numbers(a)).toEqual(upTo(8).map((v) => (v > 3 ? 1 : 0)));
  expect(await numbers(b)).toEqual(upTo(8));
  expect(await numbers(c)).toEqual(upTo(8).map((v) => 2 * v));
});

it.each([2, 3, 4])("a scan writes rows of %i, wherever they begin", async (n) => {
  const f = func((x: Tensor) => scan((h: Tensor, r: Tensor) => [add(h, r), greater(add(h, r), 5)] as const, zeros([n]), x)[1]);
  const rows = upTo(5).map((r) => upTo(n).map((c) => r + c));
  const got = await numbers(f(tensor(rows)));
  const sums = upTo(n).map(() => 0);
  const want = rows.flatMap((row) => row.map((v, c) => ((sums[c] = sums[c]! + v) > 5 ? 1 : 0)));
  expect(got).toEqual(want);
});

it("parts that begin within words are joined", async () => {
  const [a, b] = [cast(tensor([1, 2, 3]), "int8"), cast(tensor([4, 5, 6, 7, 8]), "int8")];
  expect(await numbers(concat([a, b], 0))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await numbers(concat([b, b, a], 0))).toEqual([4, 5, 6, 7, 8, 4, 5, 6, 7, 8, 1, 2, 3]);
});
