/** The hand-written kernels by the name of the op they compute. */
import type { Matched } from "@antler/compiler";
import type { KernelContext } from "../kernels/index.ts";
import type { Memory } from "../memory.ts";
import { attentionKernels } from "./attention.ts";
import { convolutionKernels } from "./convolution.ts";
import { matMulKernel } from "./matmul.ts";
import { poolingKernels } from "./pooling.ts";
import { rowKernels } from "./rows.ts";
import { segmentSumKernel } from "./segments.ts";

export const matchedKernels = (context: KernelContext, memory: Memory): { readonly [op: string]: Matched } => ({
  matMul: matMulKernel(context),
  ...attentionKernels(context),
  ...convolutionKernels(context),
  ...poolingKernels(context),
  ...rowKernels(context),
  unsortedSegmentSum: segmentSumKernel(memory),
});
