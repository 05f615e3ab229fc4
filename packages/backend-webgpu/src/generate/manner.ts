/** How the places of a kernel's results are shared out among invocations. */
import { type Axis, coefficient, type Index, type Kernel, type Load, type Size, topological, typicalSize } from "@antler/compiler";
import { bytesOf } from "../wgsl/text.ts";

export interface Manner {
  /** Invocations that fold the elements of one place together. */
  readonly share: number;
  /** Places beside each other that one invocation computes, to write them as whole words. */
  readonly run: number;
}
export const lanesOf = ({ share }: Manner): number => (share === 1 ? 64 : 256);
export const keyOf = ({ share, run }: Manner): string => `${share} ${run}`;

/** What a run is like. */
export interface Sizes {
  /** Whether rows of places, and where results begin, can be divided into runs. */
  areWords(run: number): boolean;
  of(size: Size): number;
}

/** Teams are as large for every batch: a new one needs no other pipeline. Whether words fit is seen for each run. */
export function chooser(kernel: Kernel): (sizes: Sizes) => Manner {
  const packing = packingOf(kernel);
  const share = kernel.fold ? shareOf(kernel.space, kernel.fold.axes, readsNeighbours(kernel)) : 1;
  return (sizes) => {
    const packs = share === 1 && packing && sizes.areWords(packing.run) && packing.steps.every((s) => sizes.of(s) % packing.run === 0);
    return { share, run: packs ? packing.run : 1 };
  };
}

/** So many invocations keep a GPU busy. */
const MANY = 1 << 13;
/** How many invocations share a fold, if it has so many elements at least. */
const SHARES = [
  [8, 32],
  [64, 256],
  [256, 2048],
] as const;

/**
 * Lanes that share a place read neighbours together where the fold walks neighbours: then long folds are always shared. Elsewhere
 * the lanes of neighbouring places read together, and a fold is shared only to have more of them.
 */
function shareOf(space: readonly Axis[], axes: readonly Axis[], neighbours: boolean): number {
  const [places, folded] = [space, axes].map((loops) => loops.reduce((n, a) => n * typicalSize(a.extent), 1)) as [number, number];
  let share = 1;
  for (const [wider, least] of SHARES) if (folded >= least && (neighbours || places * share < MANY)) share = wider;
  return share;
}

/** Whether consecutive elements of the fold are neighbours in memory. */
export function readsNeighbours({ fold }: Kernel): boolean {
  const last = fold?.axes.at(-1);
  if (!last) return false;
  return topological(fold!.lift).some((e) => e.op === "load" && coefficient((e.value as Load).index, last) === 1);
}

/** Where results narrower than a word lie beside each other along the innermost loop: how many make a word, and what else moves them. */
function packingOf({ space, stores, buffers }: Kernel): { readonly run: number; readonly steps: readonly Size[] } | undefined {
  const innermost = space.at(-1);
  const narrow = stores.filter((s) => bytesOf(buffers[s.slot]!) < 4);
  if (!innermost || narrow.length === 0 || !narrow.every((s) => coefficient(s.index, innermost) === 1)) return undefined;
  const others = ({ constant, terms }: Index): Size[] => [
    constant,
    ...terms.filter(({ atom }) => atom.kind !== "axis" || atom.axis !== innermost).map((t) => t.by),
  ];
  return { run: Math.max(...narrow.map((s) => 4 / bytesOf(buffers[s.slot]!))), steps: narrow.flatMap((s) => others(s.index)) };
}
