/** The hand-written kernels by the name of the op they compute. */
import type { Matched } from "@antler/compiler";
import type { KernelContext } from "../kernels/context.ts";

export const matchedKernels = (_context: KernelContext): { readonly [op: string]: Matched } => ({});
