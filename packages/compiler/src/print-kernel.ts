/** Kernels as text: what debug output and golden files show, and what tells equal kernels. */
import { showSpec } from "@antler/tensor-core";
import type { Axis, Index } from "./affine.ts";
import type { Expr, Fold, Kernel, Load } from "./kernel.ts";
import { showSize } from "./size.ts";

type Printable = Omit<Kernel, "key">;

/**
 * A kernel as a loop nest, one line an operation.
 * @param options `canonical` leaves the name out, so that equal kernels print equally
 */
export function printKernel(k: Printable, { canonical = false }: { readonly canonical?: boolean } = {}): string {
  const axes = new Map<Axis, string>();
  k.space.forEach((a, i) => axes.set(a, `i${i}`));
  k.fold?.axes.forEach((a, i) => axes.set(a, `r${i}`));
  const lines: string[] = [];
  const names = new Map<Expr, string>();
  const index = (i: Index): string => {
    const parts = i.terms.map(({ atom, by }) => {
      const what =
        atom.kind === "axis"
          ? (axes.get(atom.axis) ?? "0")
          : atom.kind === "data"
            ? `${show(atom.expr)}${atom.check ? ` below ${showSize(atom.check.below)} in axis ${atom.check.axis} of ${atom.check.op}(${atom.check.inputs.map(showSpec).join(", ")})` : ""}`
            : `(${index(atom.of)} ${atom.kind === "div" ? "/" : "%"} ${showSize(atom.by)})`;
      return by === 1 ? what : `${showSize(by)}*${what}`;
    });
    if (i.constant !== 0 || parts.length === 0) parts.push(showSize(i.constant));
    return parts.sort().join(" + ");
  };
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
  const head = canonical ? [] : [`kernel ${k.name}`];
  const buffers = k.buffers.map((d, i) => `b${i}: ${d}${i < k.reads ? "" : " out"}`).join(", ");
  const loop = (list: readonly Axis[]): string => list.map((a) => `${axes.get(a)} < ${showSize(a.extent)}`).join(", ");
  const flush = (indent: string): string[] => lines.splice(0).map((l) => indent + l);
  const out = [...head, `buffers ${buffers}${k.blocked ? " blocked" : ""}`, `for ${loop(k.space) || "once"}`];
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
