// Lanes that see each other's registers: shaders use them where the adapter has subgroups, and results are the same without.
import { any, argMax, cast, mod, moments, mul, range, reshape, setBackend, softmax, sub, sum, type Tensor } from "@antler/tensor-core";
import { epsilon } from "@antler/tensor-core/testing";
import { describe, expect, it } from "vitest";
import { findDevice } from "../src/adapter.ts";
import { createWebGpuBackend } from "../src/index.ts";
import { subgroupSizeOf } from "../src/wgsl/subgroups.ts";
import { gpuWithHalves, ownGpu } from "./gpus.ts";

const SHUFFLE = "subgroupShuffleXor";
const numbers = async (x: Tensor): Promise<number[]> => Array.from((await cast(x, "float32").data()) as ArrayLike<number>);
/** Whole numbers of both signs. */
const whole = (rows: number, columns: number): Tensor =>
  cast(reshape(sub(mod(mul(range(0, rows * columns), 37), 101), 50), [rows, columns]), "float32");
/** Folds of each kind of accumulator, whose results are the same in any order. */
const exact: readonly ((x: Tensor) => Tensor)[] = [
  (x) => sum(x, { axis: 1 }),
  (x) => sum(cast(x, "int32"), { axis: 1 }),
  (x) => argMax(x, 1),
  (x) => any(cast(sub(x, 50), "bool"), { axis: 1 }),
];
/** Rows of lengths that 8, 16, 64 and 256 lanes share. */
const shapes = [
  [5, 33],
  [3, 100],
  [4, 300],
  [3, 2100],
] as const;

describe.each([
  ["the adapter that there is", ownGpu],
  ["an adapter with float16", gpuWithHalves],
] as const)("%s", (_, gpu) => {
  /** The results of all ops, and the shaders that were made for them. */
  async function run(subgroup?: number): Promise<{ results: number[][]; near: number[][]; texts: readonly string[]; size: number }> {
    const { device } = await findDevice({ gpu: await gpu() });
    const texts: string[] = [];
    const make = device.createShaderModule.bind(device);
    device.createShaderModule = (description) => {
      texts.push(description.code);
      return make(description);
    };
    await setBackend(await createWebGpuBackend({ device, limits: { subgroup } }));
    const inputs = shapes.map(([rows, columns]) => whole(rows, columns));
    const results = await Promise.all(inputs.flatMap((x) => exact.map((f) => numbers(f(x)))));
    const near = await Promise.all(inputs.flatMap((x) => [softmax(x), moments(x, { axis: 1 }).variance].map(numbers)));
    return { results, near, texts, size: subgroupSizeOf(device) };
  }

  it("gives what it gives without", async () => {
    const [own, without] = [await run(), await run(1)];
    expect(own.results).toEqual(without.results);
    // Sums of up to 2100 terms of one sign, in two orders.
    const off = 2 * (2100 + 8) * epsilon("float32");
    own.near.forEach((list, k) => {
      list.forEach((v, i) => {
        const other = without.near[k]![i]!;
        expect(Math.abs(v - other), `result ${k}, element ${i}`).toBeLessThanOrEqual(off * Math.abs(other) + 2 ** -126);
      });
    });
    expect(without.texts.filter((t) => t.includes(SHUFFLE))).toEqual([]);
    const shuffling = own.texts.filter((t) => t.includes(SHUFFLE)).length;
    if (own.size === 1) expect(shuffling).toBe(0);
    else {
      // A shader for each op and number of lanes.
      expect(shuffling).toBeGreaterThanOrEqual(2 * exact.length);
      const barriers = (texts: readonly string[]): number => texts.filter((t) => t.includes("workgroupBarrier")).length;
      expect(barriers(own.texts)).toBeLessThanOrEqual(barriers(without.texts));
    }
  }, 120_000);
});

it("an adapter with subgroups is among those tested", async () => {
  const sizes = await Promise.all(
    [ownGpu(), gpuWithHalves()].map(async (gpu) => subgroupSizeOf((await findDevice({ gpu: await gpu })).device)),
  );
  expect(Math.max(...sizes)).toBeGreaterThan(1);
});
