/** From a draft to a kernel: loops arranged, buffers and sizes numbered. */
import type { Value } from "@antler/tensor-core";
import type { Axis, Index, IndexCheck } from "./affine.ts";
import type { ValueLoad } from "./element.ts";
import type { Kernel, Load } from "./kernel.ts";
import { kernelKey } from "./key.ts";
import { arrange, type Draft, eachIndex, rewrite } from "./loops.ts";
import type { Size } from "./size.ts";

/** A kernel and which value each of its buffers is. */
export interface Finished {
  readonly kernel: Kernel;
  readonly buffers: readonly Value[];
}

export function finish(draft: Draft, name: string, { blocked = false }: { readonly blocked?: boolean } = {}): Finished {
  const arranged = arrange(draft, { keepSpace: blocked });
  const reads: Value[] = [];
  const slot = (v: Value): number => {
    const at = reads.indexOf(v);
    return at >= 0 ? at : reads.push(v) - 1;
  };
  const numbered = rewrite(
    arranged,
    () => undefined,
    ({ value, index }: ValueLoad): Load => ({ slot: slot(value), index }),
  );
  const buffers = [...reads, ...numbered.stores.map((s) => s.value)];
  const { fold } = numbered;
  const kernel = {
    name,
    space: numbered.space.filter((a) => blocked || a.extent !== 1),
    fold: fold && { axes: fold.axes, zero: fold.zero, lift: fold.lift, combine: fold.combine },
    stores: numbered.stores.map((s, k) => ({ slot: reads.length + k, index: s.index, value: s.expr })),
    buffers: buffers.map((v) => v.spec.dtype),
    reads: reads.length,
    params: symbolicSizes(numbered),
    blocked,
    checks: checksOf(numbered),
  };
  return { buffers, kernel: { ...kernel, key: kernelKey(kernel) } };
}

function checksOf(d: Draft): IndexCheck[] {
  const found = new Set<IndexCheck>();
  eachIndex(d, (i) => {
    for (const { atom } of i.terms) if (atom.kind === "data" && atom.check) found.add(atom.check);
  });
  return [...found];
}

function symbolicSizes(d: Draft): Size[] {
  const found = new Set<Size>();
  const note = (s: Size | undefined): void => {
    if (s !== undefined && typeof s !== "number") found.add(s);
  };
  const axes = (list: readonly Axis[]): void => {
    for (const a of list) note(a.extent);
  };
  axes(d.space);
  axes(d.fold?.axes ?? []);
  eachIndex(d, (i: Index) => {
    note(i.constant);
    for (const { atom, by } of i.terms) {
      note(by);
      if (atom.kind === "div" || atom.kind === "mod") note(atom.by);
      if (atom.kind === "data") note(atom.check?.below);
    }
  });
  return [...found];
}
