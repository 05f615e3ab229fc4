// Buffers of a page become tensors and tensors buffers, without a number passing through the host.
import { createCpuBackend } from "@antler/backend-cpu";
import { add, BackendError, mul, ShapeError, setBackend, tensor, ValueError } from "@antler/tensor-core";
import { beforeAll, expect, it } from "vitest";
import { findDevice } from "../src/adapter.ts";
import { usage } from "../src/device/blocks.ts";
import { createWebGpuBackend, fromGPUBuffer, toGPUBuffer } from "../src/index.ts";

const { storage, copySource, copyTarget, mapRead } = usage;
let device: GPUDevice;
beforeAll(async () => {
  ({ device } = await findDevice());
  await setBackend(await createWebGpuBackend({ device }));
});

function bufferOf(numbers: readonly number[], flags: number = storage | copySource | copyTarget): GPUBuffer {
  const buffer = device.createBuffer({ size: 4 * numbers.length, usage: flags });
  device.queue.writeBuffer(buffer, 0, Float32Array.from(numbers));
  return buffer;
}

it("a buffer is a tensor, and is still the page's after the tensor is gone", async () => {
  const buffer = bufferOf([1, 2, 3, 4]);
  const x = fromGPUBuffer(buffer, { shape: [2, 2] });
  expect([...(await add(x, x).data())]).toEqual([2, 4, 6, 8]);
  x.dispose();
  const y = fromGPUBuffer(buffer, { shape: [4] });
  expect([...(await y.data())]).toEqual([1, 2, 3, 4]);
});

it("a tensor is a buffer: the page's own commands read what was computed", async () => {
  const x = mul(tensor([1, 2, 3]), 10);
  const { buffer, byteOffset, byteLength } = await toGPUBuffer(x);
  expect(byteLength).toBe(12);
  const staging = device.createBuffer({ size: byteLength, usage: copyTarget | mapRead });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, byteOffset, staging, 0, byteLength);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  expect([...new Float32Array(staging.getMappedRange())]).toEqual([10, 20, 30]);
});

it("says what does not fit", async () => {
  expect(() => fromGPUBuffer(bufferOf([1, 2]), { shape: [3] })).toThrow(ShapeError);
  expect(() => fromGPUBuffer(bufferOf([1], storage | copyTarget), { shape: [1] })).toThrow(ValueError);
  const cpu = createCpuBackend({ threads: 1 });
  expect(() => fromGPUBuffer(bufferOf([1]), { shape: [1], backend: cpu })).toThrow(BackendError);
});
