// The base module: all parametric kernels, assembled and instantiated once.

import { assembleModule } from "../wasm/index.ts";
import { type AttentionExports, attentionFunctions } from "./attention-rows.ts";
import type { KernelOptions } from "./context.ts";
import { type DotExports, dotFunctions } from "./dots.ts";
import { type PoolingExports, poolingFunctions } from "./pooling-rows.ts";
import { type SoftmaxExports, softmaxFunctions } from "./softmax.ts";
import { type TileExports, tileFunctions } from "./tile.ts";
import { type TransposeExports, transposeFunctions } from "./transpose.ts";

export interface KernelExports extends TileExports, DotExports, TransposeExports, PoolingExports, SoftmaxExports, AttentionExports {}

export interface BaseModuleOptions extends KernelOptions {
  /** Whether the memory is shared between threads. */
  readonly shared: boolean;
}

/** The bytes of the base module; it imports the memory as env.memory. */
export function baseModule({ relaxed, shared }: BaseModuleOptions): Uint8Array<ArrayBuffer> {
  const options = { relaxed };
  const functions = {
    ...tileFunctions(options),
    ...dotFunctions(options),
    ...transposeFunctions(),
    ...poolingFunctions(),
    ...softmaxFunctions(options),
    ...attentionFunctions(options),
  };
  return assembleModule({ memory: { shared }, functions });
}

/** Compiles and instantiates the base module on a memory. */
export function instantiateBase(memory: WebAssembly.Memory, options: BaseModuleOptions): KernelExports {
  const module = new WebAssembly.Module(baseModule(options));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as unknown as KernelExports;
}
