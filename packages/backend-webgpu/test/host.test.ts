// What works on the host: nothing but the decisions of branches and loops, whatever the dtype.
import {
  argSort,
  cast,
  cond,
  type DType,
  func,
  less,
  mul,
  onEvent,
  setBackend,
  type Tensor,
  tensor,
  tensorScatterUpdate,
  topk,
  unsortedSegmentSum,
  whileLoop,
} from "@antler/tensor-core";
import { beforeAll, expect, it } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";

/** Ops that worked on the host. */
const hosts = new Set<string>();
const dtypes: DType[] = [];
beforeAll(async () => {
  const backend = await createWebGpuBackend();
  dtypes.push(...(backend.device.dtypes as readonly DType[]));
  await setBackend(backend);
  onEvent((event) => {
    if (event.kind === "host") hosts.add(event.op);
  });
});
const numbers = async (x: Tensor): Promise<number[]> => Array.from((await cast(x, "float32").data()) as ArrayLike<number>);

it("sums, last rows and orders of every dtype stay on the GPU", async () => {
  hosts.clear();
  for (const dtype of dtypes) {
    const isBool = dtype === "bool";
    const rows = tensor([1, 0, 0, 2, 3, 0, 1, 1, 4, 4], [5, 2], dtype);
    const ids = tensor([2, 0, 2, -1, 7], [5], "int32");
    const sums = [0, 2, 0, 0, 4, 0].map((v) => (isBool ? Math.min(v, 1) : v));
    expect(await numbers(unsortedSegmentSum(rows, ids, 3)), dtype).toEqual(sums);
    const places = tensor([[1], [0], [1]], undefined, "int32");
    const updated = tensorScatterUpdate(tensor([1, 1, 1], [3], dtype), places, tensor([0, 1, 0], [3], dtype));
    expect(await numbers(updated), dtype).toEqual([1, 0, 1]);
    if (isBool) continue;
    const x = tensor([3, 1, 2, 1], [4], dtype);
    expect(await numbers(argSort(x)), dtype).toEqual([1, 3, 2, 0]);
    expect(await numbers(topk(x, 2).indices), dtype).toEqual([0, 2]);
  }
  expect([...hosts]).toEqual([]);
});

it("truths of many rows, in places that share words", async () => {
  hosts.clear();
  // A multiple of 256 truths is not none, as it would be in a byte that wraps.
  const [n, width, segments] = [1024, 5, 3] as const;
  const truths = Array.from({ length: n * width }, (_, i) =>
    Number(i % width === 1 || (i % width === 3 && Math.floor(i / width) % 3 === 1)),
  );
  const ids = Array.from({ length: n }, (_, r) => (r % segments) - (r === 5 ? 9 : 0));
  const expected = Array.from({ length: segments }, (_, s) => [0, 1, 0, Number(s === 1), 0]).flat();
  for (const dtype of ["int16", "int32"] as const) {
    const sums = unsortedSegmentSum(tensor(truths, [n, width], "bool"), tensor(ids, [n], dtype), segments);
    expect(await numbers(sums), dtype).toEqual(expected);
  }
  expect([...hosts]).toEqual([]);
});

it("branches and loops ask the host which way to go, and nothing else does", async () => {
  hosts.clear();
  const branch = func((x: Tensor) => cond(less(x, 3), () => mul(x, 2), () => x)); // biome-ignore format: both ways
  expect(await numbers(branch(tensor(2)))).toEqual([4]);
  const loop = func((x: Tensor) => whileLoop((v) => less(v, 100), (v) => mul(v, 3), x)); // biome-ignore format: a test and a body
  expect(await numbers(loop(tensor(2)))).toEqual([162]);
  expect([...hosts].sort()).toEqual(["cond", "whileLoop"]);
});
