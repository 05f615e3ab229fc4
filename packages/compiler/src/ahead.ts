/** Ops that are cheaper done ahead of what they read: there may be fewer elements then. */
import { type Graph, order, type Value, withInputs } from "@antler/tensor-core";

/** The graph with nodes done ahead of those they read, where the ops of these say how. It keeps the inputs. */
export function ahead(graph: Graph): Graph {
  const values = new Map<Value, Value>();
  const now = (v: Value): Value => values.get(v) ?? v;
  for (const node of order(graph.outputs)) {
    let made = node.inputs.some((v) => values.has(v)) ? withInputs(node, node.inputs.map(now)) : node;
    for (const { node: read } of made.inputs) made = read?.op.ahead?.(read, made) ?? made;
    if (made !== node) for (const v of node.outputs) values.set(v, made.outputs[v.index]!);
  }
  return { inputs: graph.inputs, outputs: graph.outputs.map(now) };
}
