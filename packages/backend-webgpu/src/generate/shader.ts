/** The compiler's kernels as compute shaders. */
import type { Axis, IndexCheck, Kernel, Size, Store } from "@antler/compiler";
import { libm, Selector } from "@antler/compiler/machine";
import { halves } from "../wgsl/halves.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import { enabled } from "../wgsl/subgroups.ts";
import { bytesOf, literal } from "../wgsl/text.ts";
import { checkedFunction, FAULT_SLOT } from "./faults.ts";
import { split, writeFold } from "./fold.ts";
import { lanesOf, type Manner, readsNeighbours } from "./manner.ts";
import { type Names, Writer } from "./write.ts";

/** Parameters before the kernel's own: the number of runs of places, the first row and column of a block, and how many runs are in its rows. */
export const OWN_PARAMS = 4;

const functionOf = libm();

export interface GenerateOptions {
  checkId(check: IndexCheck): number;
  /** How many neighbouring lanes see each other's registers. */
  readonly subgroup: number;
}

export function kernelShader(kernel: Kernel, manner: Manner, options: GenerateOptions): Shader {
  const checks = kernel.checks.length > 0;
  const slots = kernel.buffers.map((dtype, k): Slot => {
    const written = k >= kernel.reads;
    return { dtype, access: written ? "write" : "read", atomic: written && bytesOf(dtype) < 4 && manner.run === 1 };
  });
  return {
    name: kernel.name,
    slots: checks ? [...slots, FAULT_SLOT] : slots,
    params: OWN_PARAMS + kernel.params.length,
    lanes: lanesOf(manner),
    enables: enabled(nearOf(kernel, manner, options)),
    write: (reach) => {
      const text = writeKernel(kernel, manner, reach, options);
      return checks ? { ...text, declarations: `${text.declarations}\n${checkedFunction(reach, slots.length)}` } : text;
    },
  };
}

/** How many members of a team are neighbours that see each other's registers. */
const nearOf = (kernel: Kernel, { share }: Manner, { subgroup }: GenerateOptions): number =>
  share > 1 && readsNeighbours(kernel) ? Math.min(share, subgroup) : 1;

function writeKernel(kernel: Kernel, manner: Manner, reach: Reach, options: GenerateOptions): { declarations: string; body: string } {
  const { space, fold, stores, params } = kernel;
  const { share, run } = manner;
  const axes = new Map<Axis, string>();
  space.forEach((a, k) => axes.set(a, `i${k}`));
  fold?.axes.forEach((a, k) => axes.set(a, `r${k}`));
  const size = (s: Size): string => (typeof s === "number" ? literal(s, "i32") : `n${params.indexOf(s)}`);
  let accumulators = (k: number): string => `acc${k}`;
  const rename = (name: typeof accumulators): void => {
    accumulators = name;
  };
  const names: Names = { axis: (a) => axes.get(a) ?? "0i", size, accumulator: (k) => accumulators(k), check: options.checkId };
  const selector = new Selector(functionOf, { halves, seals: true });
  const outer = new Writer(reach, names);
  const lanes = lanesOf(manner);
  const apart = readsNeighbours(kernel) ? 1 : lanes / share;

  params.forEach((_, k) => outer.lines.push(`let n${k} = ${reach.param(OWN_PARAMS + k)};`));
  outer.lines.push(...placeText(manner, apart, reach.param(0)), ...spaceText(kernel, manner, size, reach));
  const element = run > 1 ? outer.inner() : outer;
  const declarations = fold
    ? writeFold(fold, { share, apart, near: nearOf(kernel, manner, options), lanes }, { outer: element, selector, size, rename })
    : "";
  const values = stores.map((s) => element.value(selector.stored(s.value)));
  if (run > 1) outer.lines.push(...packed(kernel, run, element, values, reach));
  else {
    const statements = stores.map((s, k) => reach.store(s.slot, outer.index(s.index), values[k]!));
    if (share > 1) outer.lines.push(`if (member == 0u && here < ${reach.param(0)}) {`, ...statements, "}");
    else outer.lines.push(...statements);
  }
  return { declarations, body: outer.lines.join("\n") };
}

/** Which place, or run of places, an invocation has; members of a team behind the last one do that once more, for nothing. */
function placeText({ share, run }: Manner, apart: number, count: string): string[] {
  const lanes = lanesOf({ share, run });
  if (share === 1) return [`let place = i32(group * ${lanes}u + lane);`, `if (place >= ${count}) { return; }`];
  const teams = lanes / share;
  const [member, team] = apart === 1 ? [`lane % ${share}u`, `lane / ${share}u`] : [`lane / ${teams}u`, `lane % ${teams}u`];
  return [`let member = ${member};`, `let here = i32(group * ${teams}u + ${team});`, `let place = min(here, ${count} - 1);`];
}

/** The loop variables of a place; of a run of places the innermost one counts runs and is called `along`. */
function spaceText({ space, blocked }: Kernel, { run }: Manner, size: (s: Size) => string, { param }: Reach): string[] {
  const last = space.length - 1;
  const name = (k: number): string => (run > 1 && k === last ? "along" : `i${k}`);
  if (!blocked) return split("place", space, name, (s, k) => (run > 1 && k === last ? `(${size(s)} / ${run}i)` : size(s)));
  const first = run > 1 ? `${param(2)} / ${run}i` : param(2);
  return [`let i0 = ${param(1)} + place / ${param(3)};`, `let ${name(1)} = ${first} + place % ${param(3)};`];
}

/** A loop over a run of places. Narrow elements are gathered until they make a word. */
function packed({ space, stores, buffers }: Kernel, run: number, element: Writer, values: readonly string[], reach: Reach): string[] {
  const perWord = ({ slot }: Store): number => 4 / bytesOf(buffers[slot]!);
  const words = stores.flatMap((s, k) => (perWord(s) > 1 ? [`var word${k} = 0u;`] : []));
  const statements = stores.flatMap((s, k) => {
    const [per, at] = [perWord(s), element.index(s.index)];
    if (per === 1) return [reach.store(s.slot, at, values[k]!)];
    return [
      `word${k} |= ${reach.bits(s.slot, values[k]!)} << (u32(k % ${per}i) * ${32 / per}u);`,
      `if (k % ${per}i == ${per - 1}i) { ${reach.pack(s.slot, at, `word${k}`)} word${k} = 0u; }`,
    ];
  });
  const head = [`for (var k = 0i; k < ${run}i; k++) {`, `let i${space.length - 1} = along * ${run}i + k;`];
  return [...words, ...head, ...element.lines, ...statements, "}"];
}
