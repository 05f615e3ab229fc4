/** The graph: values, each an input or an output of a node; a node is an op on earlier values. */
import type { Op } from "./op.ts";
import type { Shape } from "./shape.ts";
import { makeSpec, type Spec } from "./spec.ts";

export interface Value {
  readonly spec: Spec;
  /** Absent for a graph input. */
  readonly node?: Node;
  /** Which output of the node. */
  readonly index: number;
}
export interface Node {
  // biome-ignore lint/suspicious/noExplicitAny: a graph holds ops of every attrs type
  readonly op: Op<any>;
  readonly inputs: readonly Value[];
  readonly attrs: unknown;
  readonly outputs: readonly Value[];
  /** Where it was made, e.g. `model/dense_1`. */
  readonly path: string;
}
export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

export const inputValue = (spec: Spec): Value => ({ spec, index: 0 });

// biome-ignore lint/suspicious/noExplicitAny: see Node
export function makeNode(op: Op<any>, inputs: readonly Value[], attrs: unknown, specs: readonly Spec[], path = ""): Node {
  const outputs: Value[] = [];
  const node: Node = { op, inputs, attrs, outputs, path };
  specs.forEach((spec, index) => outputs.push({ spec, node, index }));
  return node;
}

/** The same op on other inputs, and of another shape if one is given. */
export const withInputs = ({ op, attrs, outputs, path }: Node, inputs: readonly Value[], shape?: Shape): Node =>
  makeNode(
    op,
    inputs,
    attrs,
    outputs.map(({ spec }) => (shape ? makeSpec(shape, spec.dtype) : spec)),
    path,
  );

/** Every node the outputs need, inputs before users; nothing behind `stops`. Iterative: graphs may be deeper than the stack. */
export function order(outputs: readonly Value[], stops?: ReadonlySet<Value>): Node[] {
  const done = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const enter = (v: Value): void => {
    if (v.node && !done.has(v.node) && !stops?.has(v)) stack.push({ node: v.node, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    while (stack.length) {
      const top = stack[stack.length - 1]!;
      const input = top.node.inputs[top.next++];
      if (input) enter(input);
      else {
        stack.pop();
        done.add(top.node);
      }
    }
  }
  return [...done];
}

/** Whether a value is the attrs' sub-graph. */
export const isGraph = (x: unknown): x is Graph =>
  typeof x === "object" && x !== null && Array.isArray((x as Graph).inputs) && Array.isArray((x as Graph).outputs);

/** Sub-graphs a node runs. */
export const subgraphs = (node: Node): readonly Graph[] =>
  node.op.how.kind === "region" ? Object.values(node.attrs as object).filter(isGraph) : [];

/** How many nodes a graph has, sub-graphs included. */
export const countNodes = (graph: Graph): number =>
  order(graph.outputs).reduce((n, node) => n + 1 + subgraphs(node).reduce((m, g) => m + countNodes(g), 0), 0);
