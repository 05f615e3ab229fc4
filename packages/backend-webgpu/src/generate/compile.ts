/** Generated kernels made runnable. */
import { coefficient, type Kernel, type Load, type Run, type Size, topological } from "@antler/compiler";
import type { View } from "../device/blocks.ts";
import type { Pipelines } from "../device/pipelines.ts";
import type { Shader } from "../wgsl/shader.ts";
import { type GenerateOptions, kernelShader, LANES, type Manner } from "./shader.ts";

export interface CompileOptions extends GenerateOptions {
  readonly pipelines: Pipelines;
  /** Where failed checks are noted. */
  faults(): View;
}

export const compileKernels = (kernels: readonly Kernel[], options: CompileOptions): Run[] => kernels.map((k) => runOf(k, options));

/** So many places keep a GPU busy with an invocation each. */
const MANY = 1 << 14;
/** Shorter folds are not worth the barriers of a workgroup. */
const LONG = 32;

function runOf(kernel: Kernel, { pipelines, faults, checkId }: CompileOptions): Run {
  const { space, fold, params: names } = kernel;
  const shaders = new Map<Manner, Shader>();
  const shader = (manner: Manner): Shader => {
    let s = shaders.get(manner);
    if (!s) shaders.set(manner, (s = kernelShader(kernel, manner, { checkId })));
    return s;
  };
  const neighbours = fold ? readsNeighbours(kernel) : false;
  const checks = kernel.checks.length > 0;

  return (buffers, params, block) => {
    const sizeOf = (size: Size): number => (typeof size === "number" ? size : params[names.indexOf(size)]!);
    const [row0 = 0, row1 = 0, column0 = 0, column1 = 0] = block ?? [];
    const columns = column1 - column0;
    const places = block ? (row1 - row0) * columns : space.reduce((n, a) => n * sizeOf(a.extent), 1);
    const folded = (fold?.axes ?? []).reduce((n, a) => n * sizeOf(a.extent), 1);
    const together = fold !== undefined && folded >= LONG && (neighbours || places < MANY);
    const views = checks ? [...(buffers as View[]), faults()] : (buffers as View[]);
    const groups = together ? places : Math.ceil(places / LANES);
    pipelines.run(shader(together ? "together" : "alone"), views, [places, row0, column0, columns, ...params], groups);
  };
}

/** Whether consecutive elements of the fold are neighbours in memory: then a workgroup reads what it shares at once. */
function readsNeighbours({ fold }: Kernel): boolean {
  const last = fold!.axes.at(-1);
  if (!last) return false;
  return topological(fold!.lift).some((e) => e.op === "load" && coefficient((e.value as Load).index, last) === 1);
}
