/** A backend with one planted bug, for tests of the tests. */
import { type Backend, createReferenceBackend, type Graph, makeNode, type Op, order, type Value } from "../../src/index.ts";

/** The reference, with another definition of one op. */
export function createBroken(op: string, replace: (op: Op) => Op): Backend {
  const inner = createReferenceBackend(`broken ${op}`);
  const rewired = (graph: Graph): Graph => {
    const values = new Map<Value, Value>(graph.inputs.map((v) => [v, v]));
    for (const node of order(graph.outputs)) {
      const changed = node.op.name === op ? replace(node.op as Op) : node.op;
      const made = makeNode(
        changed,
        node.inputs.map((v) => values.get(v)!),
        node.attrs,
        node.outputs.map((v) => v.spec),
        node.path,
      );
      node.outputs.forEach((v, i) => values.set(v, made.outputs[i]!));
    }
    return { inputs: graph.inputs, outputs: graph.outputs.map((v) => values.get(v)!) };
  };
  return Object.assign(inner, {
    compile: (
      (compile) => (graph: Graph) =>
        compile(rewired(graph))
    )(inner.compile),
  });
}
/** `reverse` that forgets to turn round. */
export const createForgetful = (): Backend =>
  createBroken("reverse", (op) => ({ ...op, how: { kind: "view", at: (index) => [{ input: 0, index }] } }));
