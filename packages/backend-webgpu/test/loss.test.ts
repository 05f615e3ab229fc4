// A GPU that goes away, memory that is not there, and indices that lie outside.
import type { KernelBackend } from "@antler/compiler";
import { add, DeviceLostError, gather, mul, OutOfMemoryError, setBackend, tensor, variable } from "@antler/tensor-core";
import { expect, it } from "vitest";
import { findDevice } from "../src/adapter.ts";
import { createWebGpuBackend, type WebGpuDevice } from "../src/index.ts";

const deviceOf = (backend: KernelBackend): WebGpuDevice => backend.device as WebGpuDevice;

it("a lost device rejects pending reads and refuses work, and a new backend goes on from saved numbers", async () => {
  const first = await createWebGpuBackend();
  await setBackend(first);
  const weights = variable(tensor([1, 2, 3]));
  const saved = await weights.value.data();
  const pending = add(weights.value, 1).data();
  deviceOf(first).gpu.destroy();
  await expect(pending).rejects.toThrow(DeviceLostError);
  await expect(weights.value.data()).rejects.toThrow(/the GPU is gone.*restore weights/);
  expect(() => add(weights.value, 1)).toThrow(DeviceLostError);
  expect(first.lost).toBeInstanceOf(DeviceLostError);
  weights.dispose();

  await setBackend(await createWebGpuBackend());
  const again = variable(tensor(Array.from(saved as Float32Array)));
  expect([...(await mul(again.value, 2).data())]).toEqual([2, 4, 6]);
});

/** A device that says "out of memory" to chosen allocations, and is otherwise a real one. */
async function poorDevice(refuse: (allocation: number) => boolean): Promise<GPUDevice> {
  const { device } = await findDevice();
  let allocations = 0;
  const pop = device.popErrorScope.bind(device);
  device.popErrorScope = async () => {
    const error = await pop();
    return refuse(++allocations) ? ({ message: "made to fail" } as GPUError) : error;
  };
  return device;
}

it.each([1, 2, 3, 4])("allocation %i fails once: what is kept is given back, and the second attempt succeeds", async (k) => {
  const device = await poorDevice((n) => n === k);
  await setBackend(await createWebGpuBackend({ device, limits: { askedBytes: 1 } }));
  const x = tensor([1, 2, 3]);
  expect([...(await mul(add(x, 1), 2).data())]).toEqual([4, 6, 8]);
  device.destroy();
});

it.each([1, 2, 3])("allocation %i never succeeds: a typed error, and work that needs none goes on", async (k) => {
  let failing = true;
  const device = await poorDevice((n) => failing && n >= k);
  await setBackend(await createWebGpuBackend({ device, limits: { askedBytes: 1 } }));
  const compute = (): Promise<ArrayLike<number>> => mul(add(tensor([1, 2, 3]), 1), 2).data() as Promise<ArrayLike<number>>;
  await expect(compute()).rejects.toThrow(OutOfMemoryError);
  failing = false;
  expect(Array.from(await compute())).toEqual([4, 6, 8]);
  device.destroy();
});

it("an index outside rejects the next read, once, and names itself", async () => {
  await setBackend(await createWebGpuBackend());
  const x = tensor([[1], [2], [3]]);
  const wrong = gather(x, tensor([0, 7], [2], "int32"));
  await expect(wrong.data()).rejects.toThrow("gather: index 7 is outside axis 0 of size 3");
  expect([...(await gather(x, tensor([2], [1], "int32")).data())]).toEqual([3]);
});

it("what the GPU refuses rejects the next read", async () => {
  const backend = await createWebGpuBackend();
  await setBackend(backend);
  const x = add(tensor([1, 2]), 1);
  deviceOf(backend).gpu.createShaderModule({ code: "this is no WGSL" });
  await backend.finished!();
  await expect(x.data()).rejects.toThrow(/webgpu: the GPU refused/);
  expect([...(await x.data())]).toEqual([2, 3]);
});
