/** The calls between symbolic inputs and outputs, in the order Keras lists them. */
import { ValueError } from "@antler/tensor-core";
import type { KerasTensor, Operation, SymbolicNode } from "./keras-tensor.ts";

export interface CallGraph {
  /** Every call, inputs before users. */
  readonly nodes: readonly SymbolicNode[];
  /** Every operation once, those far from the outputs first. */
  readonly operations: readonly Operation[];
  /** Whether every call reads the one before and nothing else, and no layer is shared. */
  readonly isChain: boolean;
}

/**
 * Walks back from the outputs to the inputs.
 * @throws ValueError where an output depends on an input that is not among `inputs`, or two operations have one name
 */
export function callGraph(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): CallGraph {
  const { entered, finished } = walk(new Set(inputs.map((t) => t.node)), outputs);
  const unused = inputs.map((t) => t.node).filter((n) => !finished.includes(n));
  const depths = depthsOf(finished);
  for (const { operation } of unused) depths.set(operation, depths.get(operation) ?? 0);

  const visited = [...new Set([...unused, ...entered].map((n) => n.operation))];
  const place = new Map(visited.map((op, i) => [op, i]));
  const operations = visited.sort((a, b) => depths.get(b)! - depths.get(a)! || place.get(a)! - place.get(b)!);
  checkNames(operations);
  const isChain =
    unused.length === 0 && finished.length === operations.length && finished.every((n, i) => feeds(finished[i - 1], n.inputTensors));
  return { nodes: [...unused, ...finished], operations, isChain };
}
const feeds = (before: SymbolicNode | undefined, inputs: readonly KerasTensor[]): boolean =>
  before === undefined ? inputs.length === 0 : inputs.length === 1 && inputs[0]!.node === before;

/** How far each operation is from the outputs; a shared one as far as its farthest call. */
function depthsOf(nodes: readonly SymbolicNode[]): Map<Operation, number> {
  const ofNode = new Map<SymbolicNode, number>();
  const ofOperation = new Map<Operation, number>();
  for (const node of [...nodes].reverse()) {
    const depth = Math.max(ofNode.get(node) ?? 0, ofOperation.get(node.operation) ?? 0);
    ofOperation.set(node.operation, depth);
    for (const t of node.inputTensors) ofNode.set(t.node, Math.max(ofNode.get(t.node) ?? 0, depth + 1));
  }
  return ofOperation;
}

interface Walked {
  /** In the order they were met. */
  readonly entered: readonly SymbolicNode[];
  /** Inputs before users. */
  readonly finished: readonly SymbolicNode[];
}
/** Depth first, and iterative: models may be deeper than the stack. */
function walk(ends: ReadonlySet<SymbolicNode>, outputs: readonly KerasTensor[]): Walked {
  const entered = new Set<SymbolicNode>();
  const finished: SymbolicNode[] = [];
  const stack: { readonly node: SymbolicNode; readonly before: readonly KerasTensor[]; next: number }[] = [];
  const enter = ({ node, name }: KerasTensor): void => {
    if (entered.has(node)) return;
    entered.add(node);
    const before = ends.has(node) ? [] : node.inputTensors;
    if (before.length === 0 && !ends.has(node)) {
      const hint = "Add it to `inputs`.";
      throw new ValueError("model", `an output depends on "${name}", which is not among the inputs`, { hint });
    }
    stack.push({ node, before, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    while (stack.length) {
      const top = stack.at(-1)!;
      const t = top.before[top.next++];
      if (t) enter(t);
      else finished.push(stack.pop()!.node);
    }
  }
  return { entered: [...entered], finished };
}

function checkNames(operations: readonly Operation[]): void {
  const names = operations.map((op) => op.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new ValueError("model", `two layers are called "${twice}"`, { hint: "Files tell layers apart by name: give one another." });
  }
}
