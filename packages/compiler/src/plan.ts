/** Where every stored value lives: an input, an output, or a place in the arena that others use before and after. */
import type { Value } from "@antler/tensor-core";
import { resolve } from "./aliases.ts";
import { sizeOfValue } from "./element.ts";
import type { Expr, Load } from "./kernel.ts";
import type { Lowered, Step } from "./lower.ts";
import { topological } from "./walk.ts";

export type Place =
  | { readonly kind: "input"; readonly at: number }
  | { readonly kind: "output"; readonly at: number }
  /** `first` and `last` are the steps between which the value is needed. */
  | { readonly kind: "arena"; readonly at: number };

export interface Temporary {
  readonly value: Value;
  readonly first: number;
  readonly last: number;
}
export interface Plan {
  readonly places: ReadonlyMap<Value, Place>;
  readonly temporaries: readonly Temporary[];
  /** For each graph output: the output it is made in, or shares with, or the input it is. */
  readonly outputs: readonly Place[];
  /** For an output, the inputs whose memory may become its own if they are given up. */
  readonly reuse: ReadonlyMap<number, number>;
  /** Inputs that outputs share, which can therefore not be given up. */
  readonly shared: ReadonlySet<number>;
}

export const readsOf = (s: Step): readonly Value[] => {
  if (s.kind === "kernel") return s.buffers.slice(0, s.kernel.reads);
  if (s.kind === "matched")
    return [...s.operands.map((o) => o.value), ...(s.epilogue ? s.epilogue.buffers.slice(0, s.epilogue.kernel.reads) : [])];
  return s.operands;
};
/** What a step writes. The result an epilogue works on lives where the epilogue writes, if it fits there. */
export const writesOf = (s: Step): readonly Value[] => {
  if (s.kind === "kernel") return s.buffers.slice(s.kernel.reads);
  if (s.kind === "matched" && s.epilogue) return [s.epilogue.root, ...s.node.outputs];
  return s.node.outputs;
};

export function plan(lowered: Lowered): Plan {
  const { graph, steps, aliases } = lowered;
  const places = new Map<Value, Place>();
  graph.inputs.forEach((v, at) => places.set(v, { kind: "input", at }));
  const outputs = graph.outputs.map((v, at): Place => {
    const base = resolve(aliases, v);
    const place = places.get(base) ?? ({ kind: "output", at } as const);
    places.set(base, place);
    return place;
  });
  const needed = new Map<Value, { first: number; last: number }>();
  const read = new Set(steps.flatMap(readsOf));
  steps.forEach((s, k) => {
    for (const value of [...writesOf(s), ...readsOf(s)]) {
      const v = resolve(aliases, value);
      // Outputs after the first that nobody reads are not computed.
      if (places.has(v) || (s.kind === "matched" && v.index > 0 && v.node === s.node && !read.has(v))) continue;
      const span = needed.get(v);
      if (span) span.last = k;
      else needed.set(v, { first: k, last: k });
    }
  });
  const temporaries: Temporary[] = [];
  for (const [value, span] of needed) {
    places.set(value, { kind: "arena", at: temporaries.length });
    temporaries.push({ value, ...span });
  }
  const shared = new Set(outputs.flatMap((p) => (p.kind === "input" ? [p.at] : [])));
  return { places, temporaries, outputs, reuse: reuse(lowered, places, shared), shared };
}

/**
 * An output may be written over an input of its spec that is last read by the very kernel that makes it,
 * element by element at the same place.
 */
function reuse({ graph, steps }: Lowered, places: ReadonlyMap<Value, Place>, shared: ReadonlySet<number>): Map<number, number> {
  const lastRead = new Map<Value, number>();
  steps.forEach((s, k) => {
    for (const v of readsOf(s)) lastRead.set(v, k);
  });
  const chosen = new Map<number, number>();
  const taken = new Set<number>();
  steps.forEach((s, k) => {
    if (s.kind !== "kernel") return;
    for (const store of s.kernel.stores) {
      const place = places.get(s.buffers[store.slot]!);
      if (place?.kind !== "output" || chosen.has(place.at) || s.kernel.stores.some((x) => x !== store && x.slot === store.slot)) continue;
      const value = graph.outputs[place.at]!;
      const at = graph.inputs.findIndex(
        (v, i) =>
          !taken.has(i) &&
          !shared.has(i) &&
          v.spec.dtype === value.spec.dtype &&
          sizeOfValue(v) === sizeOfValue(value) &&
          lastRead.get(v) === k &&
          readInPlace(s, s.buffers.indexOf(v), store.index.key),
      );
      if (at < 0) continue;
      chosen.set(place.at, at);
      taken.add(at);
    }
  });
  return chosen;
}
function readInPlace({ kernel: { fold, stores } }: Extract<Step, { kind: "kernel" }>, slot: number, key: string): boolean {
  const reads = (roots: readonly Expr[]): Load[] =>
    topological(roots).flatMap((e) => (e.op === "load" && (e.value as Load).slot === slot ? [e.value as Load] : []));
  return reads(fold?.lift ?? []).length === 0 && reads(stores.map((s) => s.value)).every((l) => l.index.key === key);
}
