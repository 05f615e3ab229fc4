// The base module: all parametric kernels, assembled and instantiated once.

import { type CrewExports, crewFunctions } from "../threads/interpreter.ts";
import { assembleModule, FunctionBuilder } from "../wasm/index.ts";
import { elementBytes, type KernelOptions } from "./context.ts";
import { type DotExports, dotFunctions } from "./dots.ts";
import { type PoolingExports, poolingFunctions } from "./pooling-rows.ts";
import { type SoftmaxExports, softmaxFunctions } from "./softmax.ts";
import { type TileExports, tileFunctions } from "./tile.ts";
import { type TransposeExports, transposeFunctions } from "./transpose.ts";

export interface KernelExports extends TileExports, DotExports, TransposeExports, PoolingExports, SoftmaxExports {}

export interface BaseModuleOptions extends KernelOptions {
  /** Whether the memory is shared between threads: then the module also has what they need to share work. */
  readonly shared: boolean;
}

/** The base module on a memory, as the calling thread has it. */
export interface Base {
  readonly exports: KernelExports;
  /** Only on shared memory: how calls are handed to other threads. */
  readonly sharing?: {
    readonly crew: CrewExports;
    /** For other threads. */
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly table: WebAssembly.Table;
    /** For each kernel its slot in the table, and which parameters are float32. */
    readonly slots: ReadonlyMap<string, { readonly slot: number; readonly floats: readonly boolean[] | undefined }>;
  };
}

/** Assembles, compiles and instantiates the base module. */
export function instantiateBase(memory: WebAssembly.Memory, { relaxed, shared }: BaseModuleOptions): Base {
  const options = { relaxed };
  const kernels: Readonly<Record<string, FunctionBuilder>> = {
    ...tileFunctions(options),
    ...dotFunctions(options),
    ...transposeFunctions(),
    ...poolingFunctions(),
    ...softmaxFunctions(options),
  };
  const functions = shared ? { ...kernels, ...crewFunctions() } : kernels;
  const slots = shared ? Object.values(kernels).map(byArguments) : undefined;
  const bytes = assembleModule({ memory: { shared }, functions, ...(slots && { slots }) });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: slots?.length ?? 0 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, table } });
  const base: Base = { exports: exports as unknown as KernelExports };
  if (!shared) return base;
  const entries = Object.entries(kernels).map(([name, { parameterTypes: types }], slot) => {
    const floats = types.includes("f32") ? types.map((type) => type === "f32") : undefined;
    return [name, { slot, floats }] as const;
  });
  return { ...base, sharing: { crew: exports as unknown as CrewExports, bytes, table, slots: new Map(entries) } };
}

/** The kernel, called with the address of its arguments. */
function byArguments(kernel: FunctionBuilder): FunctionBuilder {
  const f = new FunctionBuilder();
  const [given] = f.parameters("i32");
  for (const [index, type] of kernel.parameterTypes.entries()) f.get(given)[type === "f32" ? "f32Load" : "i32Load"](index * elementBytes);
  return f.call(kernel);
}
