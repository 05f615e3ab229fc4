/** How a kernel's loops are walked: which axis the four lanes go along, how wide the innermost step is, what belongs where. */
import {
  type Axis,
  coefficient,
  type Index,
  type IndexCheck,
  indexDepends,
  indexOf,
  type Kernel,
  type Load,
  showSize,
  topological,
} from "@antler/compiler";
import type { Code } from "./code.ts";
import { Selector } from "./select.ts";

export interface Schedule {
  readonly kernel: Kernel;
  readonly selector: Selector;
  /** All loops from the outside in; the vector axis is the last of space ("vertical") or of the fold ("horizontal"). */
  readonly space: readonly Axis[];
  readonly fold: readonly Axis[];
  readonly vector: Axis | undefined;
  readonly horizontal: boolean;
  readonly lift: readonly Code[];
  readonly stores: readonly { readonly slot: number; readonly index: Index; readonly value: Code }[];
  /** Vectors a step of the innermost vector loop does side by side. */
  readonly unroll: number;
  /** The number a fault is noted with. */
  checkId(check: IndexCheck): number;
  /** Why the kernel goes element by element, if it does. */
  readonly scalarReason: string | undefined;
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

export function schedule(kernel: Kernel, checkId: (check: IndexCheck) => number = () => 1): Schedule {
  const selector = new Selector();
  const stores = kernel.stores.map((s) => ({ slot: s.slot, index: s.index, value: selector.code(s.value) }));
  const lift = kernel.fold?.lift.map((e) => selector.code(e)) ?? [];
  const { vector, horizontal, reason } = chooseVector(kernel, lift, stores);
  const nodes = topological(kernel.fold ? lift : stores.map((s) => s.value));
  const heavy = nodes.filter((n) => n.op !== "const" && n.op !== "index").length;
  const unroll = heavy > 200 ? 1 : heavy > 120 ? 2 : 4;
  return {
    kernel,
    checkId,
    selector,
    space: kernel.space,
    fold: kernel.fold?.axes ?? [],
    vector,
    horizontal,
    lift,
    stores,
    unroll: kernel.fold && !horizontal && heavy <= 6 ? 8 : unroll,
    scalarReason: reason ?? laneByLane(kernel, vector, horizontal, topological([...lift, ...stores.map((x) => x.value)]), stores),
  };
}
interface Choice {
  readonly vector: Axis | undefined;
  readonly horizontal: boolean;
  readonly reason: string | undefined;
}
function chooseVector(kernel: Kernel, lift: readonly Code[], stores: Schedule["stores"]): Choice {
  const last = kernel.space.at(-1);
  const inner = kernel.fold?.axes.at(-1);
  if (!last && !inner) return { vector: undefined, horizontal: false, reason: "it makes a single element" };
  if (!kernel.fold || !inner) return { vector: last, horizontal: false, reason: undefined };
  const loads = withDeep(lift.length ? lift : stores.map((s) => s.value));
  // Reads that go lane by lane, and how many lanes an axis can fill.
  const cost = (axis: Axis | undefined): number => {
    if (!axis) return Number.POSITIVE_INFINITY;
    const short = typeof axis.extent === "number" && axis.extent < 4 ? 2 : 0;
    return loads.reduce((n, l) => n + ([0, 1].includes(coefficient(l.index, axis) as number) ? 0 : 1), short);
  };
  const horizontal = cost(inner) < cost(last);
  return { vector: horizontal ? inner : last, horizontal, reason: undefined };
}
function withDeep(roots: readonly Code[]): Load[] {
  return topological(roots).flatMap((e) => (e.op === "load" ? [e.value as Load] : []));
}

/** Names the first access that goes lane by lane instead of four at once. */
function laneByLane(
  kernel: Kernel,
  vector: Axis | undefined,
  horizontal: boolean,
  nodes: readonly Code[],
  stores: Schedule["stores"],
): string | undefined {
  if (!vector) return undefined;
  const varies = dependence(vector);
  for (const e of nodes) {
    if (e.op !== "load" || !varies(e)) continue;
    const { slot, index } = e.value as Load;
    const by = coefficient(index, vector);
    if (by === undefined) return `the place it reads in buffer ${slot} is not affine along the vector axis`;
    if (by !== 1 && by !== 0) return `neighbours along the vector axis lie ${showSize(by)} elements apart in buffer ${slot}`;
  }
  const scattered = horizontal ? undefined : stores.find((x) => coefficient(x.index, vector) !== 1);
  return scattered && `it writes buffer ${scattered.slot} with gaps along the vector axis`;
}

/** Why a kernel does not go four elements at a time, or undefined where it does. Kernels of a single element count as fine. */
export function explainScalar(kernel: Kernel): string | undefined {
  const elements = [...kernel.space, ...(kernel.fold?.axes ?? [])];
  return elements.length ? schedule(kernel).scalarReason : undefined;
}
