/** From a graph to steps: kernels, hand-written kernels with their epilogues, host ops and regions. */
import { BackendError, type Graph, makeNode, type Node, type Op, order, subgraphs, type Value } from "@antler/tensor-core";
import { type Axis, axisIndex, constantIndex, divIndex, type Index, modIndex, newAxis } from "./affine.ts";
import { type Aliases, resolve } from "./aliases.ts";
import { flatIndex, Lowering, sizeOfValue, type ValueLoad } from "./element.ts";
import { expand } from "./expand.ts";
import { type Finished, finish } from "./finish.ts";
import { join, valuesRead } from "./group.ts";
import type { Device, Layout, Matched } from "./kernel.ts";
import { type Draft, rewrite } from "./loops.ts";
import { mulSize, type Size, sizeOfDim } from "./size.ts";
import { decide, type Reason } from "./stored.ts";

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

export function lower(graph: Graph, device: Device, options: LowerOptions = {}): Lowered {
  const maxBuffers = device.limits?.buffers ?? DEFAULT_BUFFERS;
  const kernelOf = (node: Node): Matched | undefined => {
    const matched = device.kernels?.[node.op.name];
    return matched?.accepts(node) ? matched : undefined;
  };
  const whole = expand(graph, (node) => kernelOf(node) !== undefined);
  const expanded = options.body ? withCopies(whole) : whole;
  const forced = new Set<Value>();
  for (;;) {
    const attempt = new Attempt(expanded, device, kernelOf, maxBuffers, forced, options);
    const lowered = attempt.run();
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
    if (isKernel(node) && node.inputs.every(isScalar) && node.outputs.every((v) => v.spec.shape.length === 0)) early.add(node);
  }
  return [...early, ...nodes.filter((n) => !early.has(n))];
}
const isKernel = ({ op: { how } }: Node): boolean => how.kind === "map" || how.kind === "source" || how.kind === "view";

class Attempt {
  readonly #graph: Graph;
  readonly #device: Device;
  readonly #kernelOf: (node: Node) => Matched | undefined;
  readonly #maxBuffers: number;
  /** Values found to need storing only when their readers were built. */
  readonly #forced: Set<Value>;
  readonly #body: boolean;
  readonly #storing: ReturnType<typeof decide>;
  readonly #aliases = new Map<Value, Value>();
  readonly #axes = new Map<string, Axis[]>();
  #drafts: { draft: Draft; name: string; at: number }[] = [];
  readonly #steps: (Step | { readonly kind: "draft"; readonly of: { draft: Draft; name: string; at: number } })[] = [];
  /** The step that makes a value. */
  readonly #madeAt = new Map<Value, number>();

  constructor(
    graph: Graph,
    device: Device,
    kernelOf: (node: Node) => Matched | undefined,
    maxBuffers: number,
    forced: Set<Value>,
    { body = false }: LowerOptions,
  ) {
    this.#graph = graph;
    this.#device = device;
    this.#kernelOf = kernelOf;
    this.#maxBuffers = maxBuffers;
    this.#forced = forced;
    this.#body = body;
    const kinds = { matched: (n: Node) => kernelOf(n) !== undefined, takesEpilogue: (n: Node) => kernelOf(n)?.epilogue === true };
    this.#storing = decide(graph, kinds, forced);
  }

  /** The steps, or undefined after adding to the forced values. */
  run(): Lowered | undefined {
    const before = this.#forced.size;
    const finishers = new Map([...this.#storing.epilogues].map(([result, home]) => [home, result]));
    for (const node of scalarsFirst(order(this.#graph.outputs))) {
      if (this.#kernelOf(node)) {
        if (!this.#storing.epilogues.has(node.outputs[0]!)) this.#matched(node, undefined);
      } else if (node.op.how.kind === "region") this.#region(node);
      else if (node.op.how.kind === "opaque") this.#push({ kind: "host", node, operands: this.#whole(node) }, node.outputs);
      else {
        for (const v of node.outputs) {
          if (!this.#isStored(v) || this.#storing.inlined.has(v)) continue;
          const result = finishers.get(v);
          if (result) this.#matched(result.node!, v);
          else this.#kernel(v);
        }
      }
      if (this.#forced.size > before) return undefined;
    }
    const steps = this.#steps.map((s) => (s.kind === "draft" ? { kind: "kernel" as const, ...finish(s.of.draft, s.of.name) } : s));
    return { graph: this.#graph, steps, reasons: this.#storing.reasons, aliases: this.#aliases };
  }

  readonly #isStored = (v: Value): boolean => this.#storing.reasons.has(v) || !v.node || this.#storing.epilogues.has(v);
  readonly #inlines = (v: Value): boolean => this.#storing.inlined.has(v);
  #resolve(v: Value): Value {
    return resolve(this.#aliases, v);
  }
  #push(step: Step | { kind: "draft"; of: { draft: Draft; name: string; at: number } }, makes: readonly Value[]): void {
    this.#steps.push(step);
    for (const v of makes) this.#madeAt.set(v, this.#steps.length - 1);
  }

  /** Loops over a value; values of one shape share them, so that their kernels can be joined. */
  #loops(v: Value): Axis[] {
    const sizes = v.spec.shape.map(sizeOfDim);
    const key = sizes.map((s) => (typeof s === "number" ? s : s.key)).join();
    let axes = this.#axes.get(key);
    if (!axes) this.#axes.set(key, (axes = sizes.map(newAxis)));
    return axes;
  }
  #draft(v: Value, stored: (v: Value) => boolean = this.#isStored): Draft {
    const lowering = new Lowering(v, stored, this.#inlines);
    const space = this.#loops(v);
    const expr = lowering.rootElement(space);
    return this.#resolved({ space, fold: lowering.fold, stores: [{ value: v, index: flatIndex(v, space.map(axisIndex)), expr }] });
  }
  /** Loads of aliases read the value behind them: their flat places are the same. */
  #resolved(d: Draft): Draft {
    if (this.#aliases.size === 0) return d;
    const memo = new Map<Draft["stores"][0]["expr"], Draft["stores"][0]["expr"]>();
    const visit = (e: Draft["stores"][0]["expr"]): typeof e => {
      let out = memo.get(e);
      if (!out) {
        const args = e.args.map(visit);
        const load = e.op === "load" ? (e.value as ValueLoad) : undefined;
        out = load
          ? { ...e, args, value: { ...load, value: this.#resolve(load.value) } }
          : args.some((a, i) => a !== e.args[i])
            ? { ...e, args }
            : e;
        memo.set(e, out);
      }
      return out;
    };
    return {
      ...d,
      stores: d.stores.map((s) => ({ ...s, expr: visit(s.expr) })),
      fold: d.fold && { ...d.fold, lift: d.fold.lift.map(visit) },
    };
  }

  #kernel(v: Value): void {
    const draft = this.#draft(v);
    if (this.#alias(v, draft)) return;
    if (valuesRead(draft).size + 1 > this.#maxBuffers) return this.#cut(v);
    const name = v.node!.op.name;
    for (const open of [...this.#drafts].reverse()) {
      const joined = join(open.draft, draft, (x) => (this.#madeAt.get(this.#resolve(x)) ?? -1) < open.at, this.#maxBuffers);
      if (!joined) continue;
      open.draft = joined;
      open.name += `+${name}`;
      this.#madeAt.set(v, open.at);
      return;
    }
    const of = { draft, name: this.#nameOf(v), at: this.#steps.length };
    if (!draft.fold) this.#drafts.push(of);
    this.#push({ kind: "draft", of }, [v]);
  }
  /** Ops from the kernel's root to what it reads, for people. */
  #nameOf(v: Value): string {
    const fold = [...this.#storing.inlined].find(([, home]) => home === v)?.[0];
    return (fold ? `${fold.node!.op.name}+` : "") + v.node!.op.name;
  }

  /** A view whose elements lie in memory just as the view would put them is no kernel. */
  #alias(v: Value, d: Draft): boolean {
    const [{ expr, index }] = d.stores as [Draft["stores"][0]];
    if (d.fold || expr.op !== "load" || expr.args.length) return false;
    const { value, index: from } = expr.value as ValueLoad;
    if (from.key !== index.key || value.spec.dtype !== v.spec.dtype) return false;
    // An output's memory has the output's size: the front of something larger must be copied out.
    const isOutput = this.#graph.outputs.includes(v);
    if (isOutput && (this.#body || sizeOfValue(v) !== sizeOfValue(value))) return false;
    this.#aliases.set(v, value);
    return true;
  }

  /** Too many buffers: what the root reads is stored first. */
  #cut(v: Value): void {
    const before = this.#forced.size;
    for (const x of v.node!.inputs) if (!this.#isStored(x) && x.node) this.#forced.add(x);
    if (this.#forced.size === before) {
      throw new BackendError(
        v.node!.op.name,
        `reads ${v.node!.inputs.length} tensors, but a kernel of ${this.#device.name} takes ${this.#maxBuffers} buffers`,
        {
          hint: "Do it in several steps.",
        },
      );
    }
  }

  /** Operands as whole, contiguous values. */
  #whole(node: Node): Value[] {
    return node.inputs.map((x) => this.#operand(x, "contiguous").value);
  }
  #operand(x: Value, how: Matched["operands"]): { value: Value; layout: Layout } {
    const axes = this.#loops(x);
    const none = { value: x, layout: { offset: 0, strides: axes.map(() => 0) } };
    const flat = flatIndex(x, axes.map(axisIndex));
    const lowering = new Lowering(undefined as never, this.#isStored, () => false);
    if (x.node && !this.#isStored(x) && x.node.op.how.kind !== "view") {
      this.#forced.add(x);
      return none;
    }
    const e = lowering.element(x, axes.map(axisIndex));
    if (e.op !== "load" || e.args.length) {
      this.#forced.add(x);
      return none;
    }
    const { value, index } = e.value as ValueLoad;
    const strides: Size[] = axes.map(() => 0);
    let affine = true;
    for (const { atom, by } of index.terms) {
      const at = atom.kind === "axis" ? axes.indexOf(atom.axis) : -1;
      if (at < 0) affine = false;
      else strides[at] = by;
    }
    if (!affine || (how === "contiguous" && (index.key !== flat.key || value.spec.dtype !== x.spec.dtype))) {
      this.#forced.add(x);
      return none;
    }
    return { value: this.#resolve(value), layout: { offset: index.constant, strides } };
  }

  #matched(node: Node, home: Value | undefined): void {
    const matched = this.#kernelOf(node)!;
    const operands = node.inputs.map((x) => this.#operand(x, matched.operands));
    let epilogue: MatchedStep["epilogue"];
    if (home) {
      const draft = this.#epilogueDraft(home);
      epilogue = { root: home, ...finish(draft, `${node.op.name}+${home.node!.op.name}`, { blocked: true }) };
    }
    this.#push({ kind: "matched", node, matched, operands, epilogue }, [...node.outputs, ...(home ? [home] : [])]);
  }
  /** The epilogue over the result as a matrix: its last axis, and all others as rows. */
  #epilogueDraft(home: Value): Draft {
    const d = this.#draft(home);
    const outer = d.space.slice(0, -1);
    const rows = newAxis(outer.reduce<Size>((n, a) => mulSize(n, a.extent), 1));
    let inner: Size = 1;
    const places = new Map<Axis, Index>();
    for (const axis of [...outer].reverse()) {
      // Nothing is divided by a size of 0: such a result has no rows.
      places.set(axis, rows.extent === 0 ? constantIndex(0) : modIndex(divIndex(axisIndex(rows), inner), axis.extent));
      inner = mulSize(inner, axis.extent);
    }
    return { ...rewrite(d, (a) => places.get(a)), space: [rows, d.space.at(-1) ?? newAxis(1)] };
  }

  #region(node: Node): void {
    const bodies = subgraphs(node).map((g) => lower(g, this.#device, { body: true }));
    this.#push({ kind: "region", node, operands: this.#whole(node), bodies }, node.outputs);
  }
}
