/** Equal graphs as one object, so that what is remembered of a body is found again when its function is traced again. */
import { attrsKey, identityKey } from "./attrs.ts";
import { type Graph, order, type Value } from "./graph.ts";
import { remember } from "./remember.ts";
import { showShape } from "./shape.ts";

/** Graphs remembered; beyond it they start afresh, which costs a compilation later, never a wrong answer. */
const LIMIT = 4096;
const graphs = new Map<string, Graph>();

/** The one graph of that structure: ops, attrs, specs and paths. Graphs in the attrs must be interned already. */
export function internGraph(graph: Graph): Graph {
  const ids = new Map<Value, number>();
  const id = (v: Value): number => remember(ids, v, () => ids.size);
  const spec = (v: Value): string => `${id(v)}:${v.spec.dtype}${showShape(v.spec.shape)}`;
  const lines = [graph.inputs.map(spec).join()];
  for (const node of order(graph.outputs, new Set(graph.inputs))) {
    lines.push(
      `${identityKey(node.op)}(${node.inputs.map(id).join()})${attrsKey(node.attrs)}${node.outputs.map(spec).join()}@${node.path}`,
    );
  }
  lines.push(graph.outputs.map(id).join());
  const key = lines.join("\n");
  let one = graphs.get(key);
  if (!one) {
    if (graphs.size >= LIMIT) graphs.clear();
    graphs.set(key, (one = graph));
  }
  return one;
}
