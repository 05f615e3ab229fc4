// Kernels and drivers that belong together: who needs only some of them loads no others.

import type { Matched } from "@antler/compiler";
import type { Memory } from "../memory.ts";
import type { SomeSources } from "./base.ts";
import type { KernelContext } from "./context.ts";

export interface KernelPack {
  /** The kernels that its drivers call. */
  sources(): SomeSources;
  /** Its drivers, by the op they compute. */
  readonly matched?: (context: KernelContext, memory: Memory) => { readonly [op: string]: Matched };
}
