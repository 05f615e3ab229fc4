// Limits of a device: large tensors in pieces, many workgroups in two dimensions, and typed errors where neither helps.
import { createCpuBackend } from "@antler/backend-cpu";
import type { KernelBackend } from "@antler/compiler";
import {
  add,
  type Backend,
  cast,
  concat,
  exp,
  func,
  matMul,
  mul,
  range,
  reshape,
  setBackend,
  sum,
  type Tensor,
  transpose,
} from "@antler/tensor-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";

const MIB = 1 << 20;

/** What a function gives on a backend. */
async function on(backend: Backend, f: () => Tensor): Promise<ArrayLike<number>> {
  await setBackend(backend);
  const y = f();
  const data = (await y.data()) as ArrayLike<number>;
  y.dispose();
  return data;
}
const numbers = (shape: readonly number[]): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  return reshape(cast(range(0, count), "float32"), [...shape]);
};

describe("bindings of at most a mebibyte", () => {
  const cpu = createCpuBackend({ threads: 1 });
  let small: KernelBackend;
  beforeAll(async () => {
    small = await createWebGpuBackend({ limits: { bindingBytes: MIB } });
  });

  const cases: readonly (readonly [string, () => Tensor])[] = [
    ["a map over 4 MiB", () => add(numbers([1024, 1024]), 1)],
    ["a transpose of 3 MiB", () => transpose(numbers([768, 1024]))],
    ["a sum over everything", () => sum(cast(numbers([700_001]), "int32"))],
    ["column sums", () => sum(mul(numbers([1500, 300]), 2 ** -10), { axis: 0 })],
    ["a concatenation", () => concat([numbers([400, 1000]), numbers([300, 1000])], 0)],
    ["bytes", () => cast(numbers([1100, 1024]), "uint8")],
    ["half floats", () => cast(mul(numbers([1100, 1024]), 2 ** -8), "float16")],
    ["a product", () => matMul(mul(numbers([1100, 300]), 2 ** -20), mul(numbers([300, 20]), 2 ** -20))],
  ];
  it.each(cases)("%s", async (_, f) => {
    const [got, want] = [await on(small, f), await on(cpu, f)];
    expect(got.length).toBe(want.length);
    let worst = 0;
    for (let i = 0; i < want.length; i++) worst = Math.max(worst, Math.abs(got[i]! - want[i]!) / Math.max(1, Math.abs(want[i]!)));
    // Sums of up to 1,500 numbers of one sign, in whatever order.
    expect(worst).toBeLessThan(1500 * 2 ** -23);
  });
  it("names the limit where pieces are too many", async () => {
    await setBackend(small);
    await expect(add(numbers([8 * MIB]), 1).data()).rejects.toThrow(
      /storage buffers of at most 1048576 bytes.*maxStorageBuffersPerShaderStage/,
    );
  });
});

it("folds more than 65,535 workgroups into two dimensions", async () => {
  await setBackend(await createWebGpuBackend());
  const n = 65_536 * 64 + 77;
  const f = func((x: Tensor) => sum(cast(add(x, 1), "int32")));
  // 0 + 1 + … in wrapping integers, which a float could not add up exactly.
  const x = cast(range(0, n), "int32");
  const got = (await f(x).data())[0]!;
  expect(got).toBe(Number(BigInt.asIntN(32, (BigInt(n) * BigInt(n + 1)) / 2n)));
  expect((await exp(mul(cast(x, "float32"), 0)).data()).every((v) => v === 1)).toBe(true);
});
