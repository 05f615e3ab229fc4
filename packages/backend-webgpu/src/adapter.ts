/** Finds a GPU: a page's own, or in Node the package `webgpu`, which brings Dawn. */
import { BackendError } from "@antler/tensor-core";

export interface AdapterOptions {
  /** Where adapters come from. Default: `navigator.gpu`, and in Node the package `webgpu` when it is installed. */
  readonly gpu?: GPU | undefined;
  readonly powerPreference?: GPUPowerPreference | undefined;
}

/** Kept for as long as the program runs: Dawn ends with the object it was made by. */
let dawn: GPU | undefined;
const given = new Set<GPU>();

export async function findGpu({ gpu }: AdapterOptions = {}): Promise<GPU | undefined> {
  if (gpu) {
    given.add(gpu);
    return gpu;
  }
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own) return own;
  if (!isNode()) return undefined;
  if (!dawn) {
    try {
      // A name that bundlers do not follow: pages have no use for it.
      const name = "webgpu";
      const { create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { create(options: readonly string[]): GPU };
      dawn = create([]);
    } catch {
      return undefined;
    }
  }
  return dawn;
}
const isNode = (): boolean => {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
};

/** Features that make shaders faster, asked for where the adapter has them. */
const WANTED: readonly GPUFeatureName[] = ["shader-f16", "subgroups" as GPUFeatureName, "timestamp-query"];

/**
 * A device with all that its adapter allows.
 * @throws BackendError that says what is missing.
 */
export async function findDevice(options: AdapterOptions = {}): Promise<{ readonly device: GPUDevice; readonly adapter: GPUAdapter }> {
  const gpu = await findGpu(options);
  if (!gpu) {
    throw new BackendError("webgpu", "there is no WebGPU here", {
      hint: isNode() ? "In Node, install the package: npm install webgpu." : "Use a browser that has it, over https or on localhost.",
    });
  }
  const adapter = await gpu.requestAdapter(options.powerPreference ? { powerPreference: options.powerPreference } : {});
  if (!adapter)
    throw new BackendError("webgpu", "no GPU was found", { hint: "Drivers may be missing, or the GPU is on the browser's block list." });
  const requiredFeatures = WANTED.filter((f) => adapter.features.has(f));
  return { device: await adapter.requestDevice({ requiredFeatures, requiredLimits: limitsOf(adapter) }), adapter };
}

/** The limits that kernels can use. */
function limitsOf({ limits }: GPUAdapter): Record<string, number> {
  const names = [
    "maxBufferSize",
    "maxStorageBufferBindingSize",
    "maxStorageBuffersPerShaderStage",
    "maxComputeWorkgroupStorageSize",
    "maxComputeInvocationsPerWorkgroup",
    "maxComputeWorkgroupSizeX",
  ] as const;
  return Object.fromEntries(names.map((name) => [name, limits[name]]));
}
