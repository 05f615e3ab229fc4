// Finds the adapters that kernels of products are tested on.
import type { DType } from "@antler/tensor-core";
import { create } from "webgpu";
import type { WebGpuLimits } from "../src/device.ts";
import { adapterName } from "./conformance.ts";

/** Dawn ends with them. */
const kept: GPU[] = [];

/** What everybody gets: the machine's own GPU, or SwiftShader. */
export function ownGpu(): GPU {
  const own = create([]);
  kept.push(own);
  return own;
}

/** The machine's own GPU, or else Mesa's driver: SwiftShader has no float16. */
export async function gpuWithHalves(): Promise<GPU> {
  const own = ownGpu();
  const adapter = await own.requestAdapter();
  if (adapter?.features.has("shader-f16")) return own;
  const software = create(["adapter=llvmpipe"]);
  kept.push(software);
  if ((await software.requestAdapter().catch(() => null))?.features.has("shader-f16")) return software;
  throw new Error(
    `No adapter has shader-f16 (${adapter ? adapterName(adapter) : "there is none"}). Install Mesa 25 or newer ` +
      "(on Debian: mesa-vulkan-drivers, in Debian 12 from its backports).",
  );
}

export interface Place {
  readonly place: string;
  gpu(): GPU | Promise<GPU>;
  readonly limits: WebGpuLimits;
  readonly dtypes: readonly DType[];
}
/** Where products are tested: cut as the adapter has it by itself, and as real GPUs have it. */
export const places: readonly Place[] = [
  { place: "the adapter that there is", gpu: ownGpu, limits: {}, dtypes: ["float32", "bfloat16"] },
  {
    place: "an adapter with float16, cut for a GPU",
    gpu: gpuWithHalves,
    limits: { isSoftware: false },
    dtypes: ["float32", "float16", "bfloat16"],
  },
];
