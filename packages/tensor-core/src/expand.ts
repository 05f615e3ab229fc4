/** A composite replaced by the ops it is written with. */
import type { Graph, Node } from "./graph.ts";
import type { CompositeHow } from "./op.ts";
import { trace } from "./trace.ts";

/** The graph of a composite node: its inputs are the node's, its outputs the node's outputs. */
export function expandNode(node: Node): Graph {
  const how = node.op.how as CompositeHow<never>;
  const { graph, captured } = trace(
    node.op.name,
    node.inputs.map((v) => v.spec),
    (inputs) => how.expand(inputs, node.attrs as never),
  );
  if (captured.length) throw new Error(`internal: the expansion of ${node.op.name} reads tensors that are not its inputs`);
  return graph;
}
