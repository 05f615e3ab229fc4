/** Generated kernels made runnable. */
import type { Kernel, Run, Size } from "@antler/compiler";
import type { View } from "../device/blocks.ts";
import type { Pipelines } from "../device/pipelines.ts";
import type { Shader } from "../wgsl/shader.ts";
import { chooser, keyOf, lanesOf, type Manner } from "./manner.ts";
import { type GenerateOptions, kernelShader } from "./shader.ts";

export interface CompileOptions extends GenerateOptions {
  readonly pipelines: Pipelines;
  /** Where failed checks are noted. */
  faults(): View;
}

export const compileKernels = (kernels: readonly Kernel[], options: CompileOptions): Run[] => kernels.map((k) => runOf(k, options));

function runOf(kernel: Kernel, { pipelines, faults, checkId, subgroup }: CompileOptions): Run {
  const { space, params: names, reads } = kernel;
  const shaders = new Map<string, Shader>();
  const shader = (manner: Manner): Shader => {
    const key = keyOf(manner);
    let s = shaders.get(key);
    if (!s) shaders.set(key, (s = kernelShader(kernel, manner, { checkId, subgroup })));
    return s;
  };
  const choose = chooser(kernel);
  const checks = kernel.checks.length > 0;

  return (buffers, params, block) => {
    const of = (size: Size): number => (typeof size === "number" ? size : params[names.indexOf(size)]!);
    const [row0 = 0, row1 = 0, column0 = 0, column1 = 0] = block ?? [];
    const columns = block ? column1 - column0 : of(space.at(-1)?.extent ?? 1);
    const places = block ? (row1 - row0) * columns : space.reduce((n, a) => n * of(a.extent), 1);
    const given = buffers as View[];
    const areWords = (run: number): boolean =>
      column0 % run === 0 && columns % run === 0 && given.every((v, k) => k < reads || v.offset % 4 === 0);
    const manner = choose({ areWords, of });
    const runs = places / manner.run;
    const groups = Math.ceil((runs * manner.share) / lanesOf(manner));
    const own = [runs, row0, column0, columns / manner.run, ...params];
    pipelines.run(shader(manner), checks ? [...given, faults()] : given, own, groups);
  };
}
