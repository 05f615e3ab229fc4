/** From a draft to a kernel: loops arranged, buffers and sizes numbered. */
import type { Value } from "@antler/tensor-core";
import type { IndexCheck } from "./affine.ts";
import type { ValueLoad } from "./element.ts";
import type { Kernel, Load } from "./kernel.ts";
import { kernelKey } from "./key.ts";
import { arrange, type Draft, indicesOf, rewrite } from "./loops.ts";
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
  const stored = [...new Set(numbered.stores.map((s) => s.value))];
  const buffers = [...reads, ...stored];
  const { fold } = numbered;
  const kernel = {
    name,
    space: numbered.space.filter((a) => blocked || a.extent !== 1),
    fold: fold && { axes: fold.axes, zero: fold.zero, lift: fold.lift, combine: fold.combine },
    stores: numbered.stores.map((s) => ({ slot: reads.length + stored.indexOf(s.value), index: s.index, value: s.expr })),
    buffers: buffers.map((v) => v.spec.dtype),
    reads: reads.length,
    params: symbolicSizes(numbered),
    blocked,
    checks: checksOf(numbered),
  };
  return { buffers, kernel: { ...kernel, key: kernelKey(kernel) } };
}

const checksOf = (d: Draft): IndexCheck[] => [
  ...new Set(indicesOf(d).flatMap(({ terms }) => terms.flatMap(({ atom }) => (atom.kind === "data" && atom.check ? [atom.check] : [])))),
];

/** The sizes that only a run knows. */
function symbolicSizes(d: Draft): Size[] {
  const extents = [...d.space, ...(d.fold?.axes ?? [])].map((a) => a.extent);
  const inIndices = indicesOf(d).flatMap(({ constant, terms }) => [
    constant,
    ...terms.flatMap(({ atom, by }) => [by, "of" in atom ? atom.by : "expr" in atom ? (atom.check?.below ?? 0) : 0]),
  ]);
  return [...new Set([...extents, ...inIndices])].filter((s) => typeof s !== "number");
}
