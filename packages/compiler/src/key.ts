/** What tells kernels apart: all of a kernel but its name, as text. */
import { type Axis, type Index, showCheck, showIndex } from "./affine.ts";
import { accumulator } from "./element.ts";
import type { Expr, Kernel, Load } from "./kernel.ts";
import { showSize } from "./size.ts";

/** Equal kernels have equal keys: loops and expressions go by their place in the kernel. */
export function kernelKey({ space, fold, stores, buffers, reads, blocked }: Omit<Kernel, "key">): string {
  const axes = [...space, ...(fold?.axes ?? [])];
  const places = new Map<Expr, number>();
  const lines: string[] = [];
  const indexKey = (i: Index): string =>
    showIndex(i, (leaf) =>
      leaf.kind === "axis" ? `i${axes.indexOf(leaf.axis)}` : `${place(leaf.expr)}${leaf.check ? showCheck(leaf.check) : ""}`,
    );
  const valueKey = ({ op, value }: Expr): string => {
    if (op === "index") return indexKey(value as Index);
    if (op === "load") return `${(value as Load).slot}[${indexKey((value as Load).index)}]`;
    return Object.is(value, -0) ? "-0" : `${value as number}`;
  };
  const place = (e: Expr): number => {
    let at = places.get(e);
    if (at === undefined) {
      const line = `${e.op}:${e.dtype} ${valueKey(e)} ${e.args.map(place).join()}`;
      places.set(e, (at = lines.push(line) - 1));
    }
    return at;
  };
  const extents = (list: readonly Axis[]): string => list.map((a) => showSize(a.extent)).join();
  const accumulators = (from: number): Expr[] => fold!.zero.map((z, k) => accumulator(z.dtype, from + k));
  const folded =
    fold && [fold.zero, fold.lift, fold.combine(accumulators(0), accumulators(fold.zero.length))].map((es) => es.map(place).join());
  const stored = stores.map((s) => `${s.slot}[${indexKey(s.index)}]=${place(s.value)}`);
  return [buffers, reads, blocked, extents(space), fold && extents(fold.axes), folded?.join(), ...stored, ...lines].join("\n");
}
