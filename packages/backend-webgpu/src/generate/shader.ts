/** The compiler's kernels as compute shaders: an invocation, or a workgroup, for each place of the results. */
import { type Axis, accumulator, type Expr, type Fold, type IndexCheck, type Kernel, type Size } from "@antler/compiler";
import { libm, Selector } from "@antler/compiler/machine";
import { isFloat } from "@antler/tensor-core";
import { halves } from "../wgsl/halves.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import type { Shader } from "../wgsl/shader.ts";
import { bytesOf, literal, typeOf } from "../wgsl/text.ts";
import { checkedFunction, FAULT_SLOT } from "./faults.ts";
import { type Names, Writer } from "./write.ts";

/** Who computes a place: one invocation alone, or a workgroup together, where there is a fold. */
export type Manner = "alone" | "together";

export const LANES = 64;
/** Parameters before the kernel's own: the number of places, then the first row and column of a block, and how many columns. */
export const OWN_PARAMS = 4;

const functionOf = libm();

export interface GenerateOptions {
  checkId(check: IndexCheck): number;
}

export function kernelShader(kernel: Kernel, manner: Manner, { checkId }: GenerateOptions): Shader {
  const checks = kernel.checks.length > 0;
  const slots = kernel.buffers.map((dtype, k): Slot => {
    const written = k >= kernel.reads;
    return { dtype, access: written ? "write" : "read", atomic: written && bytesOf(dtype) < 4 };
  });
  return {
    name: kernel.name,
    slots: checks ? [...slots, FAULT_SLOT] : slots,
    params: OWN_PARAMS + kernel.params.length,
    lanes: LANES,
    write: (reach) => {
      const text = writeKernel(kernel, manner, reach, checkId);
      return checks ? { ...text, declarations: `${text.declarations}\n${checkedFunction(reach, slots.length)}` } : text;
    },
  };
}

function writeKernel(
  kernel: Kernel,
  manner: Manner,
  reach: Reach,
  checkId: GenerateOptions["checkId"],
): { declarations: string; body: string } {
  const { space, fold, stores, params, blocked } = kernel;
  const axes = new Map<Axis, string>();
  space.forEach((a, k) => axes.set(a, `i${k}`));
  fold?.axes.forEach((a, k) => axes.set(a, `r${k}`));
  const size = (s: Size): string => (typeof s === "number" ? literal(s, "i32") : `n${params.indexOf(s)}`);
  let accumulators = (k: number): string => `acc${k}`;
  const names: Names = { axis: (a) => axes.get(a) ?? "0i", size, accumulator: (k) => accumulators(k), check: checkId };
  const selector = new Selector(functionOf, { halves, seals: true });
  const outer = new Writer(reach, names);
  const { lines } = outer;

  params.forEach((_, k) => lines.push(`let n${k} = ${reach.param(OWN_PARAMS + k)};`));
  lines.push(manner === "alone" ? `let place = i32(group * ${LANES}u + lane);` : "let place = i32(group);");
  if (manner === "alone") lines.push(`if (place >= ${reach.param(0)}) { return; }`);
  if (blocked) {
    lines.push(`let i0 = ${reach.param(1)} + place / ${reach.param(3)};`, `let i1 = ${reach.param(2)} + place % ${reach.param(3)};`);
  } else lines.push(...split("place", space, (k) => `i${k}`, size));

  let declarations = "";
  if (fold) {
    const text = writeFold(fold, manner, outer, selector, size, (name) => {
      accumulators = name;
    });
    declarations = text;
  }
  const values = stores.map((s) => outer.value(selector.stored(s.value)));
  const statements = stores.map((s, k) => reach.store(s.slot, outer.index(s.index), values[k]!));
  if (manner === "together") lines.push(`if (lane == 0u) {\n${statements.join("\n")}\n}`);
  else lines.push(...statements);
  return { declarations, body: lines.join("\n") };
}

/** Loop variables of a flat number, the innermost first. */
function split(flat: string, axes: readonly Axis[], name: (k: number) => string, size: (s: Size) => string): string[] {
  const lines: string[] = [];
  let rest = flat;
  for (let k = axes.length - 1; k >= 0; k--) {
    const by = size(axes[k]!.extent);
    if (k === 0) lines.push(`let ${name(0)} = ${rest};`);
    else {
      lines.push(`let ${name(k)} = ${rest} % ${by};`, `let ${name(k)}_ = ${rest} / ${by};`);
      rest = `${name(k)}_`;
    }
  }
  return lines;
}

/** The accumulators of a fold as variables acc0, acc1, …; together, also declarations of shared memory. */
function writeFold(
  { axes, zero, lift, combine }: Fold,
  manner: Manner,
  outer: Writer,
  selector: Selector,
  size: (s: Size) => string,
  rename: (name: (k: number) => string) => void,
): string {
  const { lines } = outer;
  const types = zero.map((z) => (isFloat(z.dtype) ? "f32" : typeOf(z.dtype)));
  const left = zero.map((z, k) => accumulator(z.dtype, k));
  const right = zero.map((z, k) => accumulator(z.dtype, k + zero.length));
  zero.forEach((z, k) => lines.push(`var acc${k}: ${types[k]} = ${outer.value(selector.code(z))};`));
  const assign = (to: Writer, results: readonly Expr[]): void => {
    const made = results.map((e) => to.value(selector.code(e)));
    made.forEach((name, k) => to.lines.push(`let next${k} = ${name};`));
    made.forEach((_, k) => to.lines.push(`acc${k} = next${k};`));
  };

  const step = outer.inner();
  assign(step, combine(left, lift));
  if (manner === "alone") {
    const open = axes.map((a, k) => `for (var r${k} = 0i; r${k} < ${size(a.extent)}; r${k}++) {`);
    lines.push(...open, ...step.lines, "}".repeat(axes.length));
    return "";
  }
  const total = axes.map((a) => size(a.extent)).join(" * ") || "1i";
  lines.push(`let total = ${total};`, `for (var r = i32(lane); r < total; r += ${LANES}i) {`);
  lines.push(...split("r", axes, (k) => `r${k}`, size), ...step.lines, "}");
  zero.forEach((_, k) => lines.push(`shared${k}[lane] = ${stash(types[k]!, `acc${k}`)};`));
  lines.push("workgroupBarrier();", `for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {`, "if (lane < half) {");
  rename((k) => (k < zero.length ? `acc${k}` : `other${k - zero.length}`));
  const merge = outer.inner();
  zero.forEach((_, k) => merge.lines.push(`let other${k} = ${unstash(types[k]!, `shared${k}[lane + half]`)};`));
  assign(merge, combine(left, right));
  zero.forEach((_, k) => merge.lines.push(`shared${k}[lane] = ${stash(types[k]!, `acc${k}`)};`));
  lines.push(...merge.lines, "}", "workgroupBarrier();", "}");
  rename((k) => `acc${k}`);
  return zero.map((_, k) => `var<workgroup> shared${k}: array<${types[k] === "bool" ? "u32" : types[k]}, ${LANES}>;`).join("\n");
}
const stash = (type: string, value: string): string => (type === "bool" ? `select(0u, 1u, ${value})` : value);
const unstash = (type: string, value: string): string => (type === "bool" ? `(${value} != 0u)` : value);
