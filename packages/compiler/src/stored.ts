/** Which values are written down. Each rule has a name; the print shows which one stored a value. */
import { type FoldHow, type Graph, type Node, order, sameShape, type Value } from "@antler/tensor-core";
import { axisIndex, newAxis } from "./affine.ts";
import { flatIndex, Lowering, loadOf, sizeOfValue } from "./element.ts";
import type { Matched } from "./kernel.ts";
import { sizeOfDim } from "./size.ts";
import { BUDGET, isLight, LONG_COST, sizeOf, type Weight, weights } from "./weight.ts";

export type Reason =
  /** The graph gives it. */
  | "output"
  /** A fold with several readers, or one whose reader cannot take it in, or had better not. */
  | "fold"
  /** The accumulators of parts of a long fold. */
  | "parts"
  /** A hand-written kernel, a region or a host op makes it. */
  | "kernel result"
  /** A hand-written kernel, a region or a host op reads it. */
  | "operand"
  /** Several kernels read it and it is dearer than a load. */
  | "shared"
  /** A broadcast would compute it many times. */
  | "broadcast"
  /** The expression would grow past its budget. */
  | "budget";

export interface Storing {
  readonly reasons: ReadonlyMap<Value, Reason>;
  /** Folds carried out inside the kernel of the value that reads them. */
  readonly inlined: ReadonlyMap<Value, Value>;
  /** Results of matched kernels finished by an epilogue: from the result to the value the epilogue makes. */
  readonly epilogues: ReadonlyMap<Value, Value>;
}

/** What one reader does to a value it reads. */
interface Use {
  readonly reader: Value;
  /** The reader touches elements more than once, or needs it whole. */
  readonly broadcast: boolean;
}

/** What can be a part of a kernel wherever it is read. */
export const isComputed = (node: Node): boolean =>
  node.op.how.kind === "map" || node.op.how.kind === "view" || node.op.how.kind === "source";

/** @param kernelOf the device's kernel for a node, if it has one */
export function decide(graph: Graph, kernelOf: (node: Node) => Matched | undefined, forced: ReadonlySet<Value>): Storing {
  const nodes = order(graph.outputs);
  const weight = weights(nodes);
  const reasons = new Map<Value, Reason>();
  const inlined = new Map<Value, Value>();
  const epilogues = new Map<Value, Value>();
  const uses = new Map<Value, Use[]>();
  /** The stored values in whose kernels an unstored value is computed. */
  const homes = new Map<Value, ReadonlySet<Value>>();
  /** Roots that carry a fold, or finish a matched kernel, already. */
  const occupied = new Set<Value>();

  for (const v of graph.outputs) if (v.node) reasons.set(v, "output");
  for (const v of forced) reasons.set(v, "operand");
  for (const node of nodes) {
    if (isComputed(node) || node.op.how.kind === "fold") continue;
    for (const v of node.outputs) reasons.set(v, "kernel result");
    for (const v of node.inputs) {
      const base = baseOf(v);
      if (base.node && !reasons.has(base) && isComputed(base.node)) reasons.set(base, "operand");
      else if (base.node?.op.how.kind === "fold") reasons.set(base, "fold");
    }
  }

  for (const node of [...nodes].reverse()) {
    for (const v of node.outputs) {
      const readers = uses.get(v) ?? [];
      if (!reasons.has(v) || kernelOf(node)) settle(v, node, readers);
      if (reasons.has(v)) homes.set(v, new Set([v]));
    }
    noteUses(node);
  }
  return { reasons, inlined, epilogues };

  function noteUses(node: Node): void {
    const { kind } = node.op.how;
    const computed = isComputed(node) || kind === "fold";
    for (const output of node.outputs) {
      if (!computed || (!uses.has(output) && !reasons.has(output))) continue;
      // What a fold walks over is as large as its input.
      const walked = kind === "fold" ? largest(node.inputs) : output;
      for (const x of new Set(node.inputs)) {
        const use = { reader: output, broadcast: sizeOfValue(x) !== sizeOfValue(walked) && kind !== "view" };
        uses.set(x, [...(uses.get(x) ?? []), use]);
      }
    }
  }

  function settle(v: Value, node: Node, readers: readonly Use[]): void {
    const { kind } = node.op.how;
    const found = new Set(readers.flatMap((u) => [...(homes.get(u.reader) ?? [])]));
    homes.set(v, found);
    if (kind === "view") return;
    if (kind === "source" && isLight(weight(v))) return;
    if (kernelOf(node)) return tryEpilogue(v, node, readers, found);
    const reason = kind === "fold" ? foldReason(v, readers, found) : mapReason(weight(v), readers, found);
    if (reason) reasons.set(v, reason);
  }

  function mapReason(w: Weight, readers: readonly Use[], found: ReadonlySet<Value>): Reason | undefined {
    if (w.cost > BUDGET) return "budget";
    if (isLight(w)) return undefined;
    if (readers.some((u) => u.broadcast) || readers.some((u) => spreads(u.reader))) return "broadcast";
    if (found.size > 1) return "shared";
    // One kernel reads it at several places: through a view and directly, say.
    return readers.length > 1 && readers.some((u) => u.reader.node!.op.how.kind !== "map") ? "shared" : undefined;
  }

  /** Whether a view shows elements several times, or a view after it does. */
  function spreads(v: Value): boolean {
    const node = v.node!;
    if (node.op.how.kind !== "view" || reasons.has(v)) return false;
    if (node.inputs.some((x) => sizeOfValue(x) !== sizeOfValue(v)) && node.inputs.length === 1 && !shrinks(node)) return true;
    return (uses.get(v) ?? []).some((u) => u.broadcast || spreads(u.reader));
  }

  function foldReason(v: Value, readers: readonly Use[], found: ReadonlySet<Value>): Reason | undefined {
    const [home] = found;
    if (found.size !== 1 || !home || occupied.has(home) || !plainPath(v, readers, home, "views")) return "fold";
    if (weight(home).cost >= LONG_COST && hasManyShortRows(v.node!)) return "fold";
    occupied.add(home);
    inlined.set(v, home);
    return undefined;
  }

  function tryEpilogue(v: Value, node: Node, readers: readonly Use[], found: ReadonlySet<Value>): void {
    const [home] = found;
    if (v.index !== 0 || graph.outputs.includes(v) || forced.has(v) || !kernelOf(node)!.epilogue) return;
    if (found.size !== 1 || !home || home === v || occupied.has(home) || !plainPath(v, readers, home, "places")) return;
    // Nothing but views: no work is left to finish.
    if (baseOf(home) === v || others(node, v)) return;
    occupied.add(home);
    epilogues.set(v, home);
  }
  /** An operand that something else needs whole as well. */
  function others(node: Node, v: Value): boolean {
    return nodes.some((n) => n !== node && !isComputed(n) && n.op.how.kind !== "fold" && n.inputs.some((x) => baseOf(x) === v));
  }

  /** From v to its home each element is used once, at one place: through maps (and views, as far as allowed) of one size. */
  function plainPath(v: Value, readers: readonly Use[], home: Value, allowed: Allowed): boolean {
    if (readers.length === 0 || readers.some((u) => u.broadcast)) return false;
    return readers.every(({ reader }) => {
      if (!passes(v, reader, allowed, readers.length === 1) || sizeOfValue(reader) !== sizeOfValue(v)) return false;
      if (reader === home) return true;
      // Where the way forks, a view on one branch would read another place than the other does.
      const next = allowed === "views" && readers.length > 1 ? "maps" : allowed;
      return !reasons.has(reader) && plainPath(reader, uses.get(reader) ?? [], home, next);
    });
  }
  function passes(v: Value, reader: Value, allowed: Allowed, isOnly: boolean): boolean {
    const node = reader.node!;
    if (node.op.how.kind === "map") return allowed === "views" || reader.spec.shape.length === v.spec.shape.length;
    if (node.op.how.kind !== "view" || allowed === "maps") return false;
    return allowed === "places" ? keepsPlaces(node) : isOnly && isBijection(node);
  }
}

/** What may lie between a value and its home beside maps: views of all elements, or those that leave each at its place in memory. */
type Allowed = "views" | "places" | "maps";

/** Elements of a row that take less time than a long op on their one result; and rows that are worth a kernel of their own. */
const [SHORT, MANY] = [16, 4096];
/** Whether a fold comes to one result at a time, often: what is then done to the results is better done to several at once. */
function hasManyShortRows({ op, inputs: [x], outputs: [y], attrs }: Node): boolean {
  const rows = sizeOf(y!);
  const folds = (op.how as FoldHow<unknown>).axes(attrs).includes(x!.spec.shape.length - 1);
  return folds && rows >= MANY && sizeOf(x!) <= rows * SHORT;
}

/** What a view, or a view of a view, is a view of. */
function baseOf(v: Value): Value {
  let base = v;
  while (base.node?.op.how.kind === "view" && base.node.inputs.length === 1) base = base.node.inputs[0]!;
  return base;
}
/** Of values that are read side by side the one that is broadcast least. */
const largest = (values: readonly Value[]): Value =>
  values.reduce((a, b) => ((b.spec.shape.length - a.spec.shape.length || sizeOf(b) - sizeOf(a)) > 0 ? b : a));
/** A view no larger than its input: slices. */
const shrinks = (node: Node): boolean => {
  const [a, b] = [sizeOfValue(node.outputs[0]!), sizeOfValue(node.inputs[0]!)];
  return typeof a === "number" && typeof b === "number" && a <= b;
};
/** A view of equal size without fill: each element appears once. */
const isBijection = (node: Node): boolean =>
  node.inputs.length === 1 &&
  sizeOfValue(node.inputs[0]!) === sizeOfValue(node.outputs[0]!) &&
  node.op.how.kind === "view" &&
  !node.op.how.fill;
/** A view that only names the axes before the last one otherwise: a row of the one is a row of the other. */
function keepsPlaces({ inputs: [x, ...others], outputs: [y] }: Node): boolean {
  if (others.length || !sameShape(x!.spec.shape.slice(-1), y!.spec.shape.slice(-1))) return false;
  const at = y!.spec.shape.map((d) => axisIndex(newAxis(sizeOfDim(d))));
  const e = new Lowering(
    undefined,
    (v) => (v === x ? x : undefined),
    () => false,
  ).element(y!, at);
  return loadOf(e)?.index.key === flatIndex(y!, at).key;
}
