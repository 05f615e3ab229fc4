/** How a kernel's loops are walked: which axis the lanes go along, how wide the innermost step is, what belongs where. */
import {
  type Axis,
  coefficient,
  type Index,
  type IndexCheck,
  indexDepends,
  indexOf,
  type Kernel,
  type Load,
  type Size,
  topological,
} from "@antler/compiler";
import type { FunctionTable } from "@antler/compiler/machine";
import { type Code, isWide, Selector } from "@antler/compiler/machine";
import { isAffine } from "./walk.ts";

/** Elements that are worked on at once: one, or a vector's. */
export type Lanes = 1 | 2 | 4;

export interface Schedule {
  readonly kernel: Kernel;
  readonly selector: Selector;
  /** All loops from the outside in; the vector axis is the last of space ("vertical") or of the fold ("horizontal"). */
  readonly space: readonly Axis[];
  readonly fold: readonly Axis[];
  readonly vector: Axis | undefined;
  readonly horizontal: boolean;
  /** A loop of which as many places as a vector has lanes are done side by side, so that what lies together along it is read together. */
  readonly across: Axis | undefined;
  /** Of how many vectors the lanes are rows of a horizontal fold that are finished together; 0 where each is finished alone. */
  readonly gathered: number;
  readonly lift: readonly Code[];
  readonly stores: readonly { readonly slot: number; readonly index: Index; readonly value: Code }[];
  /** Elements of a vector: two where any number has 64 bits. */
  readonly width: 2 | 4;
  /** Vectors a step of the innermost vector loop does side by side. */
  readonly unroll: number;
  /** Ranges of the outermost loop begin at multiples of this: whole steps, and whole cache lines. */
  readonly grain: number;
  /** So many ranges at most; few where each reads but some columns of every row. */
  readonly mostPieces: number;
  /** Time per place of all loops on one thread, roughly. */
  readonly nanoseconds: number;
  /** The number a fault is noted with. */
  checkId(check: IndexCheck): number;
}

/** Whether a node changes along an axis. */
export function dependence(axis: Axis): (e: Code) => boolean {
  const memo = new Map<Code, boolean>();
  const depends = (e: Code): boolean => {
    let d = memo.get(e);
    if (d === undefined) {
      const index = indexOf(e);
      d = (index !== undefined && indexDepends(index, axis)) || e.args.some(depends);
      memo.set(e, d);
    }
    return d;
  };
  return depends;
}

export function schedule(kernel: Kernel, functionOf: FunctionTable, checkId: (check: IndexCheck) => number = () => 1): Schedule {
  const selector = new Selector(functionOf);
  const stores = kernel.stores.map((s) => ({ slot: s.slot, index: s.index, value: selector.stored(s.value) }));
  const lift = kernel.fold?.lift.map((e) => selector.code(e)) ?? [];
  const { vector, horizontal } = chooseVector(kernel, lift, stores);
  const nodes = topological(kernel.fold ? lift : stores.map((s) => s.value));
  const all = topological([...lift, ...stores.map((s) => s.value)]);
  const width = kernel.buffers.some(isWide) || all.some((e) => isWide(e.dtype)) ? 2 : 4;
  const heavy = nodes.filter((n) => n.op !== "const" && n.op !== "index").length;
  const unroll = heavy > 200 ? 1 : heavy > 120 ? 2 : 4;
  const across = unroll === 4 ? acrossOf(kernel, vector, nodes) : undefined;
  // Of an unknown size both comparisons are false.
  const length = vector?.extent as number;
  const gathered = !horizontal || kernel.space.length === 0 ? 0 : all.length - nodes.length > MANY ? 4 : length <= SHORT ? 1 : 0;
  return {
    kernel,
    checkId,
    selector,
    space: kernel.space,
    fold: kernel.fold?.axes ?? [],
    vector,
    horizontal,
    across,
    gathered,
    width,
    lift,
    stores,
    // Of a short row, no more than it fills.
    unroll: horizontal
      ? length < 2 * width
        ? 1
        : length < 4 * width
          ? Math.min(2, unroll)
          : unroll
      : kernel.fold && heavy <= 6
        ? 8
        : unroll,
    grain: vector === kernel.space[0] ? 64 : across === kernel.space[0] ? 16 : gathered ? 4 * gathered : 1,
    mostPieces: across || (kernel.fold && vector === kernel.space[0]) ? 16 : 64,
    nanoseconds: (heavy + 2) / 8,
  };
}

/** More nodes than a row should be finished with alone. */
const MANY = 12;
/** A longer row takes so long that its end does not matter. */
const SHORT = 256;

/** The axis of neighbours in a buffer that the vector axis walks with gaps. */
function acrossOf({ space, fold, blocked }: Kernel, vector: Axis | undefined, nodes: readonly Code[]): Axis | undefined {
  if (fold || blocked || !vector || nodes.some((e) => e.op === "index")) return undefined;
  const loads = nodes.filter((e) => e.op === "load");
  if (loads.some((e) => e.args.length > 0 || !isAffine((e.value as Load).index))) return undefined;
  const by = (e: Code, axis: Axis): Size => coefficient((e.value as Load).index, axis)!;
  const across = loads.filter((e) => ![0, 1].includes(by(e, vector) as number));
  const isShort = ({ extent }: Axis): boolean => (extent as number) < 4;
  return isShort(vector) ? undefined : space.find((a) => !isShort(a) && across.some((e) => by(e, a) === 1));
}

/** The vector axis, and whether it is the fold's. */
function chooseVector(kernel: Kernel, lift: readonly Code[], stores: Schedule["stores"]): Pick<Schedule, "vector" | "horizontal"> {
  const last = kernel.space.at(-1);
  const inner = kernel.fold?.axes.at(-1);
  if (!inner) return { vector: last, horizontal: false };
  const nodes = topological(lift.length ? lift : stores.map((s) => s.value));
  const loads = nodes.flatMap((e) => (e.op === "load" ? [e.value as Load] : []));
  // Reads that go lane by lane, and how many lanes an axis can fill.
  const cost = (axis: Axis | undefined): number => {
    if (!axis) return Number.POSITIVE_INFINITY;
    const short = typeof axis.extent === "number" && axis.extent < 4 ? 2 : 0;
    return loads.reduce((n, l) => n + ([0, 1].includes(coefficient(l.index, axis) as number) ? 0 : 1), short);
  };
  const horizontal = cost(inner) < cost(last);
  return { vector: horizontal ? inner : last, horizontal };
}
