/** The ops that the GPU has hand-written kernels for. */
import type { Matched } from "@antler/compiler";
import type { GpuContext } from "../kernels/context.ts";
import { placeKernels } from "./places.ts";
import { rowKernels } from "./rows.ts";

export const matchedKernels = (context: GpuContext): { readonly [op: string]: Matched } => ({
  ...placeKernels(context),
  ...rowKernels(context),
});
