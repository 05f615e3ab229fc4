/** Generated kernels made runnable: on the calling thread, shared between threads, or written down as part of a larger job. */
import type { Kernel, Run, Size } from "@antler/compiler";
import type { Memory } from "../memory.ts";
import type { DeviceContext } from "../threads/device-context.ts";
import { ACCUMULATORS, ARGUMENTS } from "../threads/layout.ts";
import type { KernelModule } from "../threads/modules.ts";
import { OWN_ACCUMULATORS } from "../threads/task-list.ts";
import { loadModule } from "../wasm/index.ts";
import { type EmitOptions, type EmittedKernel, emitKernel } from "./emit.ts";

/** A piece is about so long: a few hundred times what claiming it costs. */
const PIECE_NANOSECONDS = 10_000;

export function compileKernels(kernels: readonly Kernel[], memory: Memory, context: DeviceContext, options: EmitOptions): Run[] {
  if (kernels.length === 0) return [];
  const emitted = kernels.map((k) => emitKernel(k, options));
  const functions = Object.fromEntries(emitted.map(({ code }, i) => [`k${i}`, code]));
  const { bytes, exports } = loadModule(memory, functions);
  const module: KernelModule = { bytes, functions: Object.values(exports) as ((given: number) => void)[] };
  return kernels.map((kernel, i) => runOf(kernel, emitted[i]!, { module, index: i, memory, context }));
}

interface Place {
  readonly module: KernelModule;
  readonly index: number;
  readonly memory: Memory;
  readonly context: DeviceContext;
}

function runOf(kernel: Kernel, emitted: EmittedKernel, { module, index, memory, context }: Place): Run {
  const { blocked } = kernel;
  const recorded = emitted.hasAccumulators ? [OWN_ACCUMULATORS] : [];
  const f = module.functions[index]!;
  const ranged = !blocked && kernel.space.length > 0;
  /** The last one, and of which params: a program hands in the same each time. */
  let cut: Cut | undefined;
  let cutFor: readonly number[] | undefined;

  return (given, params, block) => {
    const buffers = given as readonly number[];
    if (ranged && cutFor !== params) cut = cutOf(kernel, emitted, (cutFor = params));
    if (context.isRecording)
      return context.record(module, index, [...recorded, ...buffers, ...params, ...(block ?? (cut ? [0, cut.extent] : []))]);
    if (cut && cut.pieces > 1 && context.isWorthwhile(cut.pieces, cut.nanoseconds)) {
      const { pieces, step, extent } = cut;
      return context.shareRanges(module, index, [...recorded, ...buffers, ...params, 0, step], { pieces, extent });
    }
    const words = memory.i32();
    let at = ARGUMENTS >> 2;
    if (emitted.hasAccumulators) words[at++] = ACCUMULATORS;
    for (let i = 0; i < buffers.length; i++) words[at++] = buffers[i]!;
    for (let i = 0; i < params.length; i++) words[at++] = params[i]!;
    if (block) words.set(block, at);
    else if (cut) {
      words[at] = 0;
      words[at + 1] = cut.extent;
    }
    f(ARGUMENTS);
  };
}

/** How the outermost loop is cut. */
interface Cut {
  readonly extent: number;
  readonly step: number;
  readonly pieces: number;
  /** Of all pieces together, roughly. */
  readonly nanoseconds: number;
}
function cutOf({ space, fold, params: names }: Kernel, emitted: EmittedKernel, params: readonly number[]): Cut {
  const { grain, mostPieces, nanoseconds: each } = emitted;
  const sizeOf = (size: Size): number => (typeof size === "number" ? size : params[names.indexOf(size)]!);
  const extent = space.length > 0 ? sizeOf(space[0]!.extent) : 0;
  let nanoseconds = each;
  for (const axis of space) nanoseconds *= sizeOf(axis.extent);
  for (const axis of fold?.axes ?? []) nanoseconds *= sizeOf(axis.extent);
  const wanted = Math.max(1, Math.min(mostPieces, nanoseconds / PIECE_NANOSECONDS));
  const step = Math.max(1, Math.ceil(extent / wanted / grain)) * grain;
  return { extent, step, pieces: Math.ceil(extent / step), nanoseconds };
}
