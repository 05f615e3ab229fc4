/** KerasTensor: a tensor that is only a shape and a dtype, and knows which call of a layer or an op gives it. */
import {
  type Dim,
  dispatch,
  inputValue,
  isKnown,
  keep,
  leaves,
  type Node,
  type Op,
  type Spec,
  symbol,
  Tensor,
  type Trace,
  TraceError,
  type Value,
} from "@antler/tensor-core";
import { autoName } from "../naming.ts";
import { showKerasShape } from "../shapes.ts";

/** What can be called on symbolic tensors: a layer, or an op. */
export interface Operation {
  readonly name: string;
  readonly className: string;
  /** Its calls on symbolic tensors, in order. */
  readonly inboundNodes: SymbolicNode[];
}
/** An operation that is no layer. */
export interface Runnable extends Operation {
  /**
   * @param inputs what a call had, with tensors for the symbolic ones
   * @param sizes what the symbols of the model's inputs stand for now
   */
  run(inputs: unknown, sizes: Sizes): readonly Tensor[];
}

/** One call of an operation on symbolic tensors. */
export class SymbolicNode {
  readonly operation: Operation;
  /** What it was called with: symbolic tensors, tensors and plain values, in arrays and objects. */
  readonly inputs: unknown;
  /** The options of the call, symbolic tensors among them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What it gives: the leaves of its result, in order. */
  readonly outputs: KerasTensor[] = [];

  constructor(operation: Operation, inputs: unknown, options: Readonly<Record<string, unknown>> = {}) {
    this.operation = operation;
    this.inputs = inputs;
    this.options = options;
    operation.inboundNodes.push(this);
  }
  /** The symbolic tensors among inputs and options. */
  get inputTensors(): readonly KerasTensor[] {
    return symbolicLeaves([this.inputs, this.options]);
  }
  /** A new output. */
  give(spec: Spec): KerasTensor {
    const t = new KerasTensor(spec, this, this.outputs.length);
    this.outputs.push(t);
    return t;
  }
}

/**
 * Layers and ops take it like any tensor, and give symbolic tensors; `model({ inputs, outputs })` makes a model of what lies
 * between. Unknown sizes are symbols.
 */
export class KerasTensor extends Tensor {
  readonly node: SymbolicNode;
  /** Which output of the node. */
  readonly index: number;
  /** @internal Ops on it are collected, not run. */
  declare readonly trace: Trace;

  /** @internal Use `input()`, or call a layer or an op on one. */
  constructor(spec: Spec, node: SymbolicNode, index: number) {
    super(spec, inputValue(spec));
    this.node = node;
    this.index = index;
    this.trace = collector;
    tensors.set(this.source as Value, this);
  }
  get name(): string {
    return this.node.operation.name;
  }
  override toString(): string {
    return `<KerasTensor shape=${showKerasShape(this.dims)} dtype=${this.dtype} name=${this.name}>`;
  }
}

export const symbolicLeaves = (tree: unknown): KerasTensor[] => leaves(tree).filter((x) => x instanceof KerasTensor);

/** An op applied to symbolic tensors, by you or by a function you called: a model runs it where it stands. */
export class OpCall implements Runnable {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: ops of every attrs type
  readonly op: Op<any>;
  readonly attrs: unknown;
  readonly inboundNodes: SymbolicNode[] = [];

  // biome-ignore lint/suspicious/noExplicitAny: ops of every attrs type
  constructor(op: Op<any>, attrs: unknown, name: string = autoName(op.name)) {
    this.name = name;
    this.op = op;
    this.attrs = attrs;
  }
  get className(): string {
    return this.op.name.charAt(0).toUpperCase() + this.op.name.slice(1);
  }
  run(inputs: unknown, sizes: Sizes): readonly Tensor[] {
    return dispatch(this.op, inputs as readonly Tensor[], bindSizes(this.attrs, sizes));
  }
}

/** What symbols stand for: numbers, or in a trace other symbols. */
export type Sizes = ReadonlyMap<string, Dim>;

/** Attrs with their unknown sizes replaced. */
function bindSizes(attrs: unknown, sizes: Sizes): unknown {
  if (typeof attrs !== "object" || attrs === null || ArrayBuffer.isView(attrs)) return attrs;
  if (Array.isArray(attrs)) return attrs.map((a) => bindSizes(a, sizes));
  if ("factor" in attrs) return bindSize(attrs as unknown as Dim, sizes);
  return Object.fromEntries(Object.entries(attrs).map(([key, a]) => [key, bindSizes(a, sizes)]));
}
function bindSize(d: Dim, sizes: Sizes): Dim {
  const bound = isKnown(d) ? undefined : sizes.get(d.name);
  if (isKnown(d) || bound === undefined) return d;
  if (isKnown(bound)) return bound * d.factor + d.offset;
  return symbol(bound.name, bound.factor * d.factor, bound.offset * d.factor + d.offset);
}

/** The tensors that graph values stand for; ops on symbolic tensors know only those. */
const tensors = new WeakMap<Value, Tensor>();

/** Collects ops on symbolic tensors, each as a node of its own. */
const collector: Trace = {
  name: "a model of layers",
  lift(t) {
    if (t instanceof KerasTensor) return t.source as Value;
    // The caller may dispose of its handle; the model needs the numbers for as long as it lives.
    const value = inputValue(t.spec);
    tensors.set(value, keep(new Tensor(t.spec, t.storage("model"))));
    return value;
  },
  made(node: Node) {
    if (node.op.how.kind === "region") {
      throw new TraceError(node.op.name, "cannot be applied to symbolic tensors", { hint: "Use it in the call of a layer of your own." });
    }
    const call = new SymbolicNode(
      new OpCall(node.op, node.attrs),
      node.inputs.map((v) => tensors.get(v)!),
    );
    return node.outputs.map((v) => call.give(v.spec));
  },
  read: (v) => v.read(),
  assign: (v) => {
    throw new TraceError("assign", `the variable "${v.name}" cannot be set to a symbolic tensor`);
  },
};
