/** What hand-written kernels are given of the device they run on. */
import type { Blocks, View } from "../device/blocks.ts";
import type { Pipelines } from "../device/pipelines.ts";
import type { Shader } from "../wgsl/shader.ts";
import type { TileLimits } from "./choose.ts";

export interface GpuContext {
  readonly tiles: TileLimits;
  /** Storage buffers that a shader may bind. */
  readonly buffers: number;
  /** Whether shaders know numbers of 16 bits. */
  readonly halves: boolean;
  /** Whether the GPU is a program, whose compiler takes seconds for long shaders. */
  readonly isSoftware: boolean;
  /** Whether shaders of products are compiled in a bearable time: SwiftShader takes minutes, and gigabytes, for one. */
  readonly multiplies: boolean;
  /** Runs the shader of a key, which is made when it is first needed. Equal keys stand for equal texts. */
  run(key: string, make: () => Shader, views: readonly View[], params: readonly number[], workgroups: number): void;
  /** Memory that is somebody else's again when `use` returns: commands are carried out in their order. */
  withScratch(bytes: number, use: (view: View) => void): void;
}

export function gpuContext(device: GPUDevice, pipelines: Pipelines, memory: Blocks): GpuContext {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = device.limits;
  const shaders = new Map<string, Shader>();
  return {
    tiles: { workgroupBytes: maxComputeWorkgroupStorageSize, lanes: Math.min(maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX) },
    buffers: device.limits.maxStorageBuffersPerShaderStage,
    halves: device.features.has("shader-f16"),
    multiplies: device.adapterInfo?.architecture !== "swiftshader",
    isSoftware: device.adapterInfo?.isFallbackAdapter === true,
    run(key, make, views, params, workgroups) {
      let shader = shaders.get(key);
      if (!shader) shaders.set(key, (shader = make()));
      pipelines.run(shader, views, params, workgroups);
    },
    withScratch(bytes, use) {
      const block = memory.take(bytes);
      use({ block, offset: 0, bytes });
      memory.give(block);
    },
  };
}
