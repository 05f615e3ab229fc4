/** From a graph to steps: kernels, hand-written kernels with their epilogues, host ops and regions. */
import { BackendError, type Graph, makeNode, type Node, type Op, order, remember, subgraphs, type Value } from "@antler/tensor-core";
import { type Axis, addIndex, axisIndex, constantIndex, divIndex, type Index, modIndex, newAxis } from "./affine.ts";
import { ahead } from "./ahead.ts";
import { type Aliases, resolve } from "./aliases.ts";
import { flatIndex, Lowering, loadOf, sizeOfValue } from "./element.ts";
import { expand } from "./expand.ts";
import { type Finished, finish } from "./finish.ts";
import { join, valuesRead } from "./group.ts";
import type { Device, Expr, Layout, Matched } from "./kernel.ts";
import { type Draft, rewrite } from "./loops.ts";
import { readsOf } from "./plan.ts";
import { sectionsOf } from "./sections.ts";
import { mulSize, type Size, showSize, sizeOfDim } from "./size.ts";
import { decide, isComputed, type Reason } from "./stored.ts";

export interface KernelStep extends Finished {
  readonly kind: "kernel";
}
export interface MatchedStep {
  readonly kind: "matched";
  readonly node: Node;
  readonly matched: Matched;
  readonly operands: readonly { readonly value: Value; readonly layout: Layout }[];
  /** Finishes blocks of output 0 in place of a kernel of its own. */
  readonly epilogue: (Finished & { readonly root: Value }) | undefined;
}
export interface HostStep {
  readonly kind: "host";
  readonly node: Node;
  readonly operands: readonly Value[];
}
export interface RegionStep {
  readonly kind: "region";
  readonly node: Node;
  readonly operands: readonly Value[];
  /** The lowered sub-graphs, in the order of the attrs. */
  readonly bodies: readonly Lowered[];
}
export type Step = KernelStep | MatchedStep | HostStep | RegionStep;

export interface Lowered {
  readonly graph: Graph;
  readonly steps: readonly Step[];
  readonly reasons: ReadonlyMap<Value, Reason>;
  /** Stored views that are another stored value seen with another shape. */
  readonly aliases: Aliases;
}

export interface LowerOptions {
  /** A region's body: every output is written where the caller says, so none may be an input or another output. */
  readonly body?: boolean;
}

const DEFAULT_BUFFERS = 64;

export function lower(graph: Graph, device: Device, { body = false }: LowerOptions = {}): Lowered {
  const kernelOf = (node: Node): Matched | undefined => {
    const matched = device.kernels?.[node.op.name];
    return matched?.accepts(node) ? matched : undefined;
  };
  const whole = expand(ahead(graph), (node) => kernelOf(node) !== undefined);
  const expanded = body ? withCopies(whole) : whole;
  const forced = new Set<Value>();
  for (;;) {
    const lowered = attempt(expanded, device, kernelOf, forced, body);
    if (lowered) return lowered;
  }
}

const copyOp: Op<undefined> = { name: "copy", infer: ([x]) => [x!], how: { kind: "map", body: ([x]) => [x!] } };

/** Outputs that are inputs, or given twice, become copies: each has a place of its own to fill. */
function withCopies(graph: Graph): Graph {
  const seen = new Set<Value>(graph.inputs);
  const outputs = graph.outputs.map((v) => {
    if (!seen.has(v)) {
      seen.add(v);
      return v;
    }
    return makeNode(copyOp, [v], undefined, [v.spec]).outputs[0]!;
  });
  return { inputs: graph.inputs, outputs };
}

/**
 * What is made of scalars alone comes first: kernels that read it, such as those of a step size, can then be joined with kernels
 * that do not.
 */
function scalarsFirst(nodes: readonly Node[]): Node[] {
  const early = new Set<Node>();
  for (const node of nodes) {
    const isScalar = (v: Value): boolean => v.spec.shape.length === 0 && (!v.node || early.has(v.node));
    if (isComputed(node) && node.inputs.every(isScalar) && node.outputs.every((v) => v.spec.shape.length === 0)) early.add(node);
  }
  return [...early, ...nodes.filter((n) => !early.has(n))];
}

/** A kernel that maps, or folds, of the same loops may still join. */
interface Open {
  readonly kind: "open";
  readonly at: number;
  draft: Draft;
  name: string;
}

/** Lowers a graph; undefined where a reader needs more values stored than was thought: they are among the forced ones then. */
function attempt(
  graph: Graph,
  device: Device,
  kernelOf: (node: Node) => Matched | undefined,
  forced: Set<Value>,
  body: boolean,
): Lowered | undefined {
  const maxBuffers = device.limits?.buffers ?? DEFAULT_BUFFERS;
  const { reasons, inlined, epilogues } = decide(graph, kernelOf, forced);
  const finished = new Map([...epilogues].map(([result, home]) => [home, result]));
  const aliases = new Map<Value, Value>();
  const loops = new Map<string, Axis[]>();
  const open: Open[] = [];
  const steps: (Step | Open)[] = [];
  /** The step that makes a value. */
  const madeAt = new Map<Value, number>();
  const isStored = (v: Value): boolean => reasons.has(v) || !v.node || epilogues.has(v);
  /** The value in whose memory a stored value lies: loads of aliases read what is behind them, at the same flat places. */
  const memory = (v: Value): Value | undefined => (isStored(v) ? resolve(aliases, v) : undefined);

  const before = forced.size;
  for (const node of scalarsFirst(order(graph.outputs))) {
    const { kind } = node.op.how;
    if (kernelOf(node)) {
      if (!epilogues.has(node.outputs[0]!)) matched(node);
    } else if (kind === "region") {
      const bodies = subgraphs(node).map((g) => lower(g, device, { body: true }));
      push({ kind, node, operands: whole(node), bodies }, node.outputs);
    } else if (kind === "opaque") push({ kind: "host", node, operands: whole(node) }, node.outputs);
    else {
      for (const v of node.outputs) {
        if (!isStored(v) || inlined.has(v)) continue;
        const result = finished.get(v);
        if (result) matched(result.node!, v);
        else kernel(v);
      }
    }
    if (forced.size > before) return undefined;
  }
  dropUnread();
  const stored = new Map(reasons);
  const done = steps.flatMap((s): Step[] => (s.kind === "open" ? finishOpen(s) : [s]));
  return { graph, steps: done, reasons: stored, aliases };

  /** A kernel, or two where a fold is long. */
  function finishOpen({ draft, name }: Open): Step[] {
    const cut = device.cutFold?.(draft, maxBuffers);
    if (!cut) return [{ kind: "kernel", ...finish(draft, name) }];
    for (const v of cut.partials) stored.set(v, "parts");
    return [
      { kind: "kernel", ...finish(cut.parts, `${name} parts`) },
      { kind: "kernel", ...finish(cut.whole, name) },
    ];
  }

  function push(step: Step | Open, makes: readonly Value[]): void {
    steps.push(step);
    for (const v of makes) madeAt.set(v, steps.length - 1);
  }

  /** Loops over a value; values of one shape share them, so that their kernels can be joined. */
  function loopsOf(v: Value): Axis[] {
    return loopsOver(v.spec.shape.map(sizeOfDim));
  }
  function loopsOver(sizes: readonly Size[]): Axis[] {
    return remember(loops, sizes.map(showSize).join(), () => sizes.map(newAxis));
  }
  function draftOf(v: Value, { whole = false }: { readonly whole?: boolean } = {}): Draft {
    const lowering = new Lowering(v, memory, (x) => inlined.has(x));
    const storeAt = (at: readonly Index[]): Draft["stores"][0] => ({ value: v, index: flatIndex(v, at), expr: lowering.rootElement(at) });
    const space = loopsOf(v);
    const store = storeAt(space.map(axisIndex));
    const cut = whole || lowering.fold ? undefined : sectionsOf(store.expr, space);
    if (!cut) return { space, fold: lowering.fold, stores: [store] };
    const short = loopsOver(space.map((a, k) => (k === cut.at ? cut.width : a.extent)));
    const section = (n: number): Index[] =>
      short.map((a, k) => (k === cut.at ? addIndex(axisIndex(a), constantIndex(n * cut.width)) : axisIndex(a)));
    return { space: short, fold: undefined, stores: Array.from({ length: cut.count }, (_, n) => storeAt(section(n))) };
  }

  function kernel(v: Value): void {
    const draft = draftOf(v);
    if (isAlias(v, draft)) return;
    if (valuesRead(draft).size + 1 > maxBuffers) return cut(v);
    for (const first of [...open].reverse()) {
      const joined = join(first.draft, draft, (x) => (madeAt.get(x) ?? -1) < first.at, maxBuffers);
      if (!joined) continue;
      first.draft = joined;
      first.name += `+${v.node!.op.name}`;
      madeAt.set(v, first.at);
      return;
    }
    const step: Open = { kind: "open", draft, name: nameOf(v), at: steps.length };
    open.push(step);
    push(step, [v]);
  }
  /** Ops from the kernel's root to what it reads, for people. */
  function nameOf(v: Value): string {
    const fold = [...inlined].find(([, home]) => home === v)?.[0];
    return (fold ? `${fold.node!.op.name}+` : "") + v.node!.op.name;
  }

  /** A view whose elements lie in memory just as the view would put them is no kernel. */
  function isAlias(v: Value, d: Draft): boolean {
    const [{ expr, index }] = d.stores as [Draft["stores"][0]];
    const load = loadOf(expr);
    if (d.fold || d.stores.length > 1 || !load) return false;
    const { value, index: from } = load;
    if (from.key !== index.key || value.spec.dtype !== v.spec.dtype) return false;
    // An output's memory has the output's size: the front of something larger must be copied out.
    if (graph.outputs.includes(v) && (body || sizeOfValue(v) !== sizeOfValue(value))) return false;
    aliases.set(v, value);
    return true;
  }

  /** What was stored only for kernels that have joined the one which makes it need not be written down. */
  function dropUnread(): void {
    const read = new Set(graph.outputs.map((v) => resolve(aliases, v)));
    for (const s of [...steps].reverse()) {
      if (s.kind === "open") {
        const stores = s.draft.stores.filter(({ value }) => read.has(value));
        s.draft = { ...s.draft, stores };
        for (const v of valuesRead(s.draft)) read.add(v);
      } else for (const v of readsOf(s)) read.add(resolve(aliases, v));
    }
  }

  /** Too many buffers: what the root reads is stored first. */
  function cut({ node }: Value): void {
    const { inputs, op } = node!;
    for (const x of inputs) if (!isStored(x)) forced.add(x);
    if (forced.size > before) return;
    throw new BackendError(op.name, `reads ${inputs.length} tensors, but a kernel of ${device.name} takes ${maxBuffers} buffers`, {
      hint: "Do it in several steps.",
    });
  }

  /** Operands as whole, contiguous values. */
  function whole(node: Node): Value[] {
    return node.inputs.map((x) => operand(x, "contiguous").value);
  }
  /** How an operand lies in memory; if nowhere, or otherwise than it is wanted, it must be stored. */
  function operand(x: Value, how: Matched["operands"]): { value: Value; layout: Layout } {
    const axes = loopsOf(x);
    const at = axes.map(axisIndex);
    const e = isStored(x) || x.node!.op.how.kind === "view" ? new Lowering(undefined, memory, () => false).element(x, at) : undefined;
    const found = e && affineLoad(e, axes);
    if (found && (how === "strided" || loadOf(e)!.index.key === flatIndex(x, at).key)) return found;
    forced.add(x);
    return { value: x, layout: { offset: 0, strides: [] } };
  }

  function matched(node: Node, home?: Value): void {
    const kernelOfNode = kernelOf(node)!;
    const operands = node.inputs.map((x) => operand(x, kernelOfNode.operands));
    let epilogue: MatchedStep["epilogue"];
    if (home) {
      const name = `${node.op.name}+${home.node!.op.name}`;
      epilogue = { root: home, ...finish(epilogueOf(draftOf(home, { whole: true })), name, { blocked: true }) };
      // The epilogue works in place, if its results are as wide.
      const [result] = node.outputs;
      if (result!.spec.dtype === home.spec.dtype) aliases.set(result!, home);
    }
    push({ kind: "matched", node, matched: kernelOfNode, operands, epilogue }, [...node.outputs, ...(home ? [home] : [])]);
  }
}

/** How an element that is read as it is lies in memory, if strides along these loops describe it. */
function affineLoad(e: Expr, axes: readonly Axis[]): { value: Value; layout: Layout } | undefined {
  const load = loadOf(e);
  if (!load) return undefined;
  const { value, index } = load;
  const strides: Size[] = axes.map(() => 0);
  for (const { atom, by } of index.terms) {
    const axis = atom.kind === "axis" ? axes.indexOf(atom.axis) : -1;
    if (axis < 0) return undefined;
    strides[axis] = by;
  }
  return { value, layout: { offset: index.constant, strides } };
}

/** An epilogue walks the result as a matrix: its last axis, and all others as rows. */
function epilogueOf(d: Draft): Draft {
  const outer = d.space.slice(0, -1);
  const rows = newAxis(outer.reduce<Size>((n, a) => mulSize(n, a.extent), 1));
  let inner: Size = 1;
  const places = new Map<Axis, Index>();
  for (const axis of outer.reverse()) {
    // Nothing is divided by a size of 0: such a result has no rows.
    places.set(axis, rows.extent === 0 ? constantIndex(0) : modIndex(divIndex(axisIndex(rows), inner), axis.extent));
    inner = mulSize(inner, axis.extent);
  }
  return { ...rewrite(d, (a) => places.get(a)), space: [rows, d.space.at(-1) ?? newAxis(1)] };
}
