// The hand-written kernels of one memory: each is assembled and compiled when it is first called.

import type { Memory } from "../memory.ts";
import type { KernelModule } from "../threads/modules.ts";
import { FunctionBuilder, loadModule } from "../wasm/index.ts";
import type { AttentionExports } from "./attention-rows.ts";
import { elementBytes, type KernelOptions } from "./context.ts";
import type { CopyExports } from "./copy.ts";
import type { DepthwiseExports } from "./depthwise-rows.ts";
import type { DotExports } from "./dots.ts";
import type { PatchExports } from "./patches.ts";
import type { PoolingExports } from "./pooling-rows.ts";
import type { SegmentExports } from "./segments.ts";
import type { SoftmaxExports } from "./softmax.ts";
import type { SortingExports } from "./sort-rows.ts";
import type { TileExports } from "./tile.ts";
import type { TransposeExports } from "./transpose.ts";
import type { WinogradExports } from "./winograd-tiles.ts";

/** How kernels are made, by name. Parameters are int32 or float32, nothing is returned. */
export type KernelSources<Exports> = { readonly [Name in keyof Exports]: (options: KernelOptions) => FunctionBuilder };

export interface KernelExports
  extends CopyExports,
    TileExports,
    PatchExports,
    DotExports,
    TransposeExports,
    DepthwiseExports,
    PoolingExports,
    SoftmaxExports,
    WinogradExports,
    AttentionExports,
    SortingExports,
    SegmentExports {}

/** Some of all kernels: those that the drivers at hand call. */
export type SomeSources = Partial<KernelSources<KernelExports>>;

/** A kernel as other threads get it, called with the address of its arguments. */
export interface SharedKernel {
  /** Its first function is meant. */
  readonly module: KernelModule;
  /** Which parameters are float32, if any. */
  readonly floats: readonly boolean[] | undefined;
}

export class KernelLibrary {
  /** Calls on this thread. */
  readonly exports: KernelExports;
  readonly #options: KernelOptions;
  readonly #sources: SomeSources;
  readonly #memory: Memory;
  readonly #shared = new Map<string, SharedKernel>();

  constructor(memory: Memory, options: KernelOptions, sources: SomeSources) {
    this.#memory = memory;
    this.#options = options;
    this.#sources = sources;
    this.exports = this.lazily((name) => this.#compile(name));
  }

  /** What is made of each kernel, when it is first read. */
  lazily(make: (name: string) => unknown): KernelExports {
    const target = {};
    for (const name of Object.keys(this.#sources)) {
      const get = (): unknown => {
        const value = make(name);
        Object.defineProperty(target, name, { value });
        return value;
      };
      Object.defineProperty(target, name, { get, configurable: true });
    }
    return target as KernelExports;
  }

  /** A kernel for other threads. */
  shared(name: string): SharedKernel {
    if (!this.#shared.has(name)) this.#compile(name);
    return this.#shared.get(name)!;
  }

  #compile(name: string): unknown {
    const { shared } = this.#memory;
    const kernel = this.#sources[name as keyof KernelExports]!(this.#options);
    const functions = shared ? { shared: byArguments(kernel), kernel } : { kernel };
    const { bytes, exports } = loadModule(this.#memory, functions);
    const types = kernel.parameterTypes;
    const floats = types.includes("f32") ? types.map((type) => type === "f32") : undefined;
    // A thread takes over all exports of a module; calls go to the first.
    if (shared)
      this.#shared.set(name, { module: { bytes, functions: Object.values(exports) as unknown as KernelModule["functions"] }, floats });
    return exports.kernel;
  }
}

/** The kernel, called with the address of its arguments. */
function byArguments(kernel: FunctionBuilder): FunctionBuilder {
  const f = new FunctionBuilder();
  const [given] = f.parameters("i32");
  for (const [index, type] of kernel.parameterTypes.entries()) f.get(given)[type === "f32" ? "f32Load" : "i32Load"](index * elementBytes);
  return f.call(kernel);
}
