// What GPUs have no words for is refused by the op that makes it, in the words of one who knows where it works.
import "@antler/backend-cpu/register";
import { cast, DTypeError, func, setBackend, type Tensor, tensor } from "@antler/tensor-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createWebGpuBackend } from "../src/index.ts";

beforeAll(async () => {
  await setBackend("cpu");
  await setBackend(await createWebGpuBackend());
});

describe.each(["float64", "int64"] as const)("%s", (dtype) => {
  const thrown = (f: () => unknown): DTypeError => {
    try {
      f();
    } catch (error) {
      expect(error).toBeInstanceOf(DTypeError);
      return error as DTypeError;
    }
    throw new Error("nothing was thrown");
  };
  it.each([
    ["tensor", () => tensor([1, 2], [2], dtype)],
    ["cast", () => cast(tensor([1, 2]), dtype)],
    ["cast", () => func((x: Tensor) => cast(cast(x, dtype), "float32"))(tensor([1, 2]))],
  ])("%s says that the CPU has it", (op, f) => {
    const { message } = thrown(f);
    expect(message).toMatch(new RegExp(`^${op}: webgpu has no ${dtype}`));
    expect(message).toContain(`cpu has ${dtype}.`);
  });
});
