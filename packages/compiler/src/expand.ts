/** The first passes over a graph: composites no kernel matches become what they are written with, equal nodes become one. */
import { attrsKey, expandNode, type Graph, identityKey, inputValue, makeNode, type Node, order, type Value } from "@antler/tensor-core";

/** Replaces composites, except those `keep` says a kernel will take. */
export function expand(graph: Graph, keep: (node: Node) => boolean): Graph {
  const inputs = graph.inputs.map((v) => inputValue(v.spec));
  const values = new Map<Value, Value>(graph.inputs.map((v, i) => [v, inputs[i]!]));
  const merged = new Map<string, Node>();

  const copy = (source: Graph, map: Map<Value, Value>): void => {
    for (const node of order(source.outputs, new Set(source.inputs))) {
      const given = node.inputs.map((v) => map.get(v)!);
      const outputs = place(node, given);
      node.outputs.forEach((v, i) => map.set(v, outputs[i]!));
    }
  };
  const place = (node: Node, given: readonly Value[]): readonly Value[] => {
    if (isIdentity(node)) return given;
    const whole = makeNode(
      node.op,
      given,
      node.attrs,
      node.outputs.map((v) => v.spec),
      node.path,
    );
    if (node.op.how.kind === "composite" && !keep(whole)) {
      const inner = expandNode(whole);
      const map = new Map<Value, Value>(inner.inputs.map((v, i) => [v, given[i]!]));
      copy(inner, map);
      return inner.outputs.map((v) => map.get(v)!);
    }
    const key = `${identityKey(node.op)}(${given.map(identityKey).join()})${attrsKey(node.attrs)}${node.outputs.map((v) => `${v.spec.dtype}${attrsKey(v.spec.shape)}`).join()}`;
    let one = merged.get(key);
    if (!one) merged.set(key, (one = whole));
    return one.outputs;
  };
  copy(graph, values);
  return { inputs, outputs: graph.outputs.map((v) => values.get(v)!) };
}

/** A map that gives back its only input: stopGradient, identity. */
function isIdentity(node: Node): boolean {
  const { how } = node.op;
  const [x] = node.inputs;
  if (how.kind !== "map" || node.inputs.length !== 1 || x!.spec !== node.outputs[0]!.spec) return false;
  const probe = { op: "acc", dtype: x!.spec.dtype, args: [], value: -1 } as const;
  return how.body([probe], node.attrs as never, [x!.spec])[0] === probe;
}
