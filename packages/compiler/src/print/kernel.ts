/** Kernels as text: what debug output and golden files show. */
import { showSpec } from "@antler/tensor-core";
import { type Axis, type Index, showIndex } from "../affine.ts";
import type { Expr, Fold, Kernel, Load } from "../kernel.ts";
import { showSize } from "../size.ts";

/** A kernel as a loop nest, one line an operation. */
export function printKernel(k: Kernel): string {
  const axes = new Map<Axis, string>();
  k.space.forEach((a, i) => axes.set(a, `i${i}`));
  k.fold?.axes.forEach((a, i) => axes.set(a, `r${i}`));
  const lines: string[] = [];
  const names = new Map<Expr, string>();
  const index = (i: Index): string =>
    showIndex(i, (leaf) => {
      if (leaf.kind === "axis") return axes.get(leaf.axis) ?? "0";
      const { check } = leaf;
      const below =
        check && ` below ${showSize(check.below)} in axis ${check.axis} of ${check.op}(${check.inputs.map(showSpec).join(", ")})`;
      return show(leaf.expr) + (below ?? "");
    });
  const show = (e: Expr): string => {
    if (e.op === "const") return `${Object.is(e.value, -0) ? "-0" : (e.value as number)}${e.dtype === "float32" ? "" : `:${e.dtype}`}`;
    if (e.op === "acc") return `acc${e.value as number}`;
    let n = names.get(e);
    if (!n) {
      const args = e.args.map(show);
      let text: string;
      if (e.op === "index") text = index(e.value as Index);
      else if (e.op === "load")
        text = `b${(e.value as Load).slot}[${index((e.value as Load).index)}]${args.length ? ` if ${args[0]}` : ""}`;
      else text = `${e.op}(${args.join(", ")})`;
      if (e.op === "cast" || e.op === "bitcast") text += `:${e.dtype}`;
      n = `t${names.size}`;
      names.set(e, n);
      lines.push(`${n} = ${text}`);
    }
    return n;
  };
  const buffers = k.buffers.map((d, i) => `b${i}: ${d}${i < k.reads ? "" : " out"}`).join(", ");
  const loop = (list: readonly Axis[]): string => list.map((a) => `${axes.get(a)} < ${showSize(a.extent)}`).join(", ");
  const flush = (indent: string): string[] => lines.splice(0).map((l) => indent + l);
  const out = [`kernel ${k.name}`, `buffers ${buffers}${k.blocked ? " blocked" : ""}`, `for ${loop(k.space) || "once"}`];
  if (k.fold) out.push(...printFold(k.fold, loop, show, flush));
  const stores = k.stores.map((s) => ({ slot: s.slot, at: index(s.index), value: show(s.value) }));
  out.push(...flush("  "), ...stores.map((s) => `  b${s.slot}[${s.at}] = ${s.value}`));
  return out.join("\n");
}
function printFold(
  f: Fold,
  loop: (a: readonly Axis[]) => string,
  show: (e: Expr) => string,
  flush: (indent: string) => string[],
): string[] {
  const zero = f.zero.map(show).join(", ");
  const lift = f.lift.map(show);
  const body = flush("    ");
  const left = f.zero.map((z, k): Expr => ({ op: "acc", dtype: z.dtype, args: [], value: k }));
  const right = f.zero.map((z, k): Expr => ({ op: "acc", dtype: z.dtype, args: [], value: k + f.zero.length }));
  const combined = f.combine(left, right).map(show);
  return [
    `  acc = ${zero}`,
    `  fold ${loop(f.axes)}`,
    ...body,
    `    with ${lift.join(", ")}`,
    ...flush("    "),
    `    acc = ${combined.join(", ")}`,
  ];
}
