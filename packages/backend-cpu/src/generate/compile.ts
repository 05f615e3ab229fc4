/** Generated kernels made runnable: on the calling thread, shared between threads, or written down as part of a larger job. */
import type { Kernel, Run, Size } from "@antler/compiler";
import type { Memory } from "../memory.ts";
import { ARGUMENTS } from "../threads/layout.ts";
import type { KernelModule } from "../threads/modules.ts";
import type { SharedContext } from "../threads/shared-context.ts";
import { assembleModule } from "../wasm/index.ts";
import { type EmitOptions, type EmittedKernel, emitKernel } from "./emit.ts";

/** A piece is about so long: a few hundred times what claiming it costs. */
const PIECE_NANOSECONDS = 10_000;
const MOST_PIECES = 64;

export function compileKernels(kernels: readonly Kernel[], memory: Memory, context: SharedContext, options: EmitOptions): Run[] {
  if (kernels.length === 0) return [];
  const emitted = kernels.map((k) => emitKernel(k, options));
  const functions = Object.fromEntries(emitted.map(({ code }, i) => [`k${i}`, code]));
  const bytes = assembleModule({ memory: { shared: memory.shared }, functions });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: memory.memory } });
  const module: KernelModule = { bytes, functions: Object.values(exports) as ((given: number) => void)[] };
  return kernels.map((kernel, i) => runOf(kernel, emitted[i]!, { module, index: i, memory, context }));
}

interface Place {
  readonly module: KernelModule;
  readonly index: number;
  readonly memory: Memory;
  readonly context: SharedContext;
}

function runOf(kernel: Kernel, { grain, nanoseconds }: EmittedKernel, { module, index, memory, context }: Place): Run {
  const { space, fold, params: names, blocked } = kernel;
  const f = module.functions[index]!;
  const sizeOf = (size: Size, params: readonly number[]): number => (typeof size === "number" ? size : params[names.indexOf(size)]!);
  const isWhole = blocked || space.length === 0;

  function runHere(buffers: readonly number[], params: readonly number[], ranges: readonly number[]): void {
    const words = memory.i32();
    let at = ARGUMENTS >> 2;
    for (const b of buffers) words[at++] = b;
    for (const p of params) words[at++] = p;
    for (const r of ranges) words[at++] = r;
    f(ARGUMENTS);
  }

  return (given, params, block) => {
    const buffers = given as readonly number[];
    const extent = isWhole ? 0 : sizeOf(space[0]!.extent, params);
    const ranges = block ?? (isWhole ? [] : [0, extent]);
    if (context.isRecording) return context.record(module, index, [...buffers, ...params, ...ranges]);
    if (context.threads === 1 || isWhole || extent <= grain) return runHere(buffers, params, ranges);
    const places = [...space, ...(fold?.axes ?? [])].reduce((n, a) => n * sizeOf(a.extent, params), nanoseconds);
    const step = Math.ceil(extent / Math.min(MOST_PIECES, places / PIECE_NANOSECONDS) / grain) * grain;
    const count = Math.ceil(extent / step);
    if (!context.isWorthwhile(count, places)) return runHere(buffers, params, ranges);
    context.share(count, (piece) => {
      context.record(module, index, [...buffers, ...params, piece * step, Math.min(extent, (piece + 1) * step)]);
    });
  };
}
