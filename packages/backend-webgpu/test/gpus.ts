// Finds the adapter that kernels of products are tested on.
import { create } from "webgpu";
import { adapterName } from "./conformance.ts";

/** Dawn ends with them. */
const kept: GPU[] = [];

/** The machine's own GPU, or else Mesa's driver: SwiftShader has no float16, and cannot compile large shaders. */
export async function gpuWithHalves(): Promise<GPU> {
  const own = create([]);
  kept.push(own);
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
