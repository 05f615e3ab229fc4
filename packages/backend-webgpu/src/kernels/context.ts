/** What hand-written kernels are given of the device they run on. */
import type { Blocks, View } from "../device/blocks.ts";
import type { Pipelines } from "../device/pipelines.ts";
import type { Shader } from "../wgsl/shader.ts";
import type { Machine } from "./choose.ts";

export interface GpuContext {
  readonly machine: Machine;
  /** Whether compilers may unroll long loops: those of GPUs that are programs take seconds for it. */
  readonly unrolls: boolean;
  /** Storage buffers that a shader may bind. */
  readonly buffers: number;
  /** Whether shaders know numbers of 16 bits. */
  readonly halves: boolean;
  /** How many neighbouring lanes see each other's registers; 1 where none do. */
  readonly subgroup: number;
  /** Runs the shader of a key, which is made when it is first needed. Equal keys stand for equal texts. */
  run(key: string, make: () => Shader, views: readonly View[], params: readonly number[], workgroups: number): void;
  /** Memory that is somebody else's again when `use` returns: commands are carried out in their order. */
  withScratch(bytes: number, use: (view: View) => void): void;
}

const isFallback = ({ adapterInfo }: GPUDevice): boolean => adapterInfo?.isFallbackAdapter === true;
/** Of the GPUs that are programs this one compiles large tiles at once; Mesa's driver optimizes each for 20 seconds. */
export const isSwiftShader = ({ adapterInfo }: GPUDevice): boolean => adapterInfo?.architecture === "swiftshader";

/** What is known about a device, or wished. */
export type Wishes = Pick<GpuContext, "subgroup"> & Pick<Machine, "isSoftware">;

export function gpuContext(device: GPUDevice, pipelines: Pipelines, memory: Blocks, { isSoftware, subgroup }: Wishes): GpuContext {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = device.limits;
  const shaders = new Map<string, Shader>();
  return {
    machine: {
      workgroupBytes: maxComputeWorkgroupStorageSize,
      lanes: Math.min(maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX),
      isSoftware,
    },
    buffers: device.limits.maxStorageBuffersPerShaderStage,
    unrolls: !isFallback(device),
    halves: device.features.has("shader-f16"),
    subgroup,
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
