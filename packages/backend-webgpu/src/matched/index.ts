/** The ops that the GPU has hand-written kernels for. */
import type { Matched } from "@antler/compiler";
import type { GpuContext } from "../kernels/context.ts";
import { convolutionKernels } from "./convolution.ts";
import { matMulKernel } from "./matmul.ts";
import { placeKernels } from "./places.ts";
import { poolingKernels } from "./pooling.ts";
import { rowKernels } from "./rows.ts";

export const matchedKernels = (context: GpuContext): { readonly [op: string]: Matched } => ({
  matMul: matMulKernel(context),
  ...convolutionKernels(context),
  ...poolingKernels(context),
  ...placeKernels(context),
  ...rowKernels(context),
});
