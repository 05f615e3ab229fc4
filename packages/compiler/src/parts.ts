/** Long folds with few results, cut in two: a kernel that folds parts, and one that combines what they came to. */
import { inputValue, makeSpec, type Value } from "@antler/tensor-core";
import * as s from "@antler/tensor-core/scalars";
import { type Axis, addIndex, axisIndex, coefficient, constantIndex, type Index, modIndex, newAxis, scaleIndex } from "./affine.ts";
import { accumulator, indexLeaf, type ValueLoad } from "./element.ts";
import { valuesRead } from "./group.ts";
import type { Expr, FoldParts } from "./kernel.ts";
import { arrange, type Draft, rewrite } from "./loops.ts";
import { commonFactor, dimOfSize, divideSize, mulSize, type Size, typicalSize } from "./size.ts";
import { topological } from "./walk.ts";

/** The kernel that folds each part to accumulators in memory, and the one that makes of these what the draft stores. */
export interface CutDraft {
  readonly parts: Draft;
  readonly whole: Draft;
  /** What lies between them. */
  readonly partials: readonly Value[];
}

/** Parts this much longer or shorter than wanted will do; else some elements are left over, or the fold stays whole. */
const NEAR = 2;
const FAR = 8;

/** Cuts a draft's fold, if it is long and sizes can say where; undefined where not. */
export type FoldCutter = (draft: Draft, maxBuffers: number) => CutDraft | undefined;

/** What a device gives the compiler that wants long folds cut. */
export const longFolds =
  (wanted: FoldParts): FoldCutter =>
  (draft, maxBuffers) =>
    cutFold(draft, wanted, maxBuffers);

function cutFold(draft: Draft, wanted: FoldParts, maxBuffers: number): CutDraft | undefined {
  if (!draft.fold) return undefined;
  const results = typicalSize(extentOf(draft.space));
  const elements = typicalSize(extentOf(draft.fold.axes));
  const count = Math.min(wanted.count(elements, results), elements);
  if (!(count >= 2)) return undefined;
  const d = arrange(draft);
  const cut = cutOf(d.fold!.axes, elements / count);
  return cut && cutAt(d, cut, wanted.of, maxBuffers);
}

const extentOf = (axes: readonly Axis[]): Size => axes.reduce<Size>((n, a) => mulSize(n, a.extent), 1);

/** Where a nest of loops is cut: the loops before `at` and `count` of what is at it tell the parts, `width` and the loops after it lie inside them. */
interface Cut {
  readonly at: number;
  readonly count: Size;
  readonly width: number;
  /** Elements behind the last part, fewer than there are parts. */
  readonly rest: number;
}

/** @param length how many elements a part should have, about */
function cutOf(axes: readonly Axis[], length: number): Cut | undefined {
  let at = axes.length - 1;
  let inner = 1;
  for (; at > 0; at--) {
    const whole = inner * typicalSize(axes[at]!.extent);
    if (whole > length) break;
    inner = whole;
  }
  const { extent } = axes[at]!;
  const width = nearestDivisor(commonFactor(extent), length / inner);
  const far = apart(width * inner, length);
  if (typeof extent === "number" && at === axes.length - 1 && far > NEAR) {
    const count = Math.max(2, Math.round(extent / length));
    return { at, count, width: Math.floor(extent / count), rest: extent % count };
  }
  const count = divideSize(extent, width)!;
  const isCut = width * inner > 1 && !(at === 0 && count === 1);
  return isCut && far <= FAR ? { at, count, width, rest: 0 } : undefined;
}
const apart = (a: number, b: number): number => Math.max(a / b, b / a);

function nearestDivisor(n: number, wanted: number): number {
  let best = 1;
  for (let k = 1; k * k <= n; k++) {
    if (n % k === 0) for (const d of [k, n / k]) if (apart(d, wanted) < apart(best, wanted)) best = d;
  }
  return best;
}

function cutAt(d: Draft, { at, count, width, rest }: Cut, of: FoldParts["of"], maxBuffers: number): CutDraft | undefined {
  const fold = d.fold!;
  const axis = fold.axes[at]!;
  const [part, inside] = [newAxis(count), newAxis(width)];
  const [p, i] = [axisIndex(part), axisIndex(inside)];
  const place = of === "runs" ? addIndex(scaleIndex(p, width), i) : addIndex(scaleIndex(i, count), p);
  const told = [...fold.axes.slice(0, at), part].filter((a) => a.extent !== 1);
  const folded = [inside, ...fold.axes.slice(at + 1)].filter((a) => a.extent !== 1);
  const moved = rewrite(d, (a) => (a === axis ? place : undefined));

  // What is beside each other in memory is beside each other in the loops.
  const space = readsNeighbours(fold.lift, axis) ? [...d.space, ...told] : [...told, ...d.space];
  const shape = space.map((a) => dimOfSize(a.extent));
  if (!shape.every((d) => d !== undefined)) return undefined;
  const index = space.reduce((n, a) => addIndex(scaleIndex(n, a.extent), axisIndex(a)), constantIndex(0));
  const partials = fold.zero.map((z) => inputValue(makeSpec(shape, z.dtype)));
  const parts: Draft = {
    space,
    fold: { ...fold, axes: folded, lift: moved.fold!.lift },
    stores: partials.map((value, k) => ({ value, index, expr: accumulator(value.spec.dtype, k) })),
  };
  const partial = partials.map((value) => s.leaf("load", value.spec.dtype, { value, index } satisfies ValueLoad));
  const lift = rest === 0 ? partial : fold.combine(partial, leftOver(d, axis, p, { from: mulSize(count, width), rest }));
  const whole: Draft = { ...d, fold: { ...fold, axes: told, lift } };
  const buffers = (x: Draft): number => valuesRead(x).size + x.stores.length;
  return buffers(parts) <= maxBuffers && buffers(whole) <= maxBuffers ? { parts, whole, partials } : undefined;
}

/** Of the elements behind the last part, one for each of the first parts, and nothing for the others. */
function leftOver(d: Draft, axis: Axis, part: Index, { from, rest }: { readonly from: Size; readonly rest: number }): Expr[] {
  // Read where there is an element in any case: what need not be asked before a read costs it nothing.
  const place = addIndex(constantIndex(from), modIndex(part, rest));
  const isThere = s.lt(indexLeaf(part), s.int(rest));
  const { fold } = rewrite(d, (a) => (a === axis ? place : undefined));
  return fold!.lift.map((e, k) => s.select(isThere, e, fold!.zero[k]!));
}

/** Whether some read walks neighbours in memory along a loop. */
const readsNeighbours = (lift: readonly Expr[], axis: Axis): boolean =>
  topological(lift).some((e) => e.op === "load" && coefficient((e.value as ValueLoad).index, axis) === 1);
