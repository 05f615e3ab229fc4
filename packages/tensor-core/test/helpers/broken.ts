/** Backends with other definitions of ops, for tests of the tests: one with a planted bug, one that rounds otherwise. */
import {
  type Backend,
  createReferenceBackend,
  type Graph,
  isFloat,
  isGraph,
  makeNode,
  type Node,
  type Op,
  order,
  type Value,
} from "../../src/index.ts";

/** The reference on graphs in which each node was replaced by what `change` makes of it. */
function createChanged(name: string, change: (node: Node, inputs: readonly Value[]) => readonly Value[]): Backend {
  const inner = createReferenceBackend(name);
  const changed = (graph: Graph): Graph => {
    const values = new Map<Value, Value>(graph.inputs.map((v) => [v, v]));
    for (const node of order(graph.outputs)) {
      const attrs =
        node.op.how.kind === "region"
          ? Object.fromEntries(Object.entries(node.attrs as object).map(([k, v]) => [k, isGraph(v) ? changed(v) : (v as unknown)]))
          : node.attrs;
      const made = change(
        { ...node, attrs },
        node.inputs.map((v) => values.get(v)!),
      );
      node.outputs.forEach((v, i) => values.set(v, made[i]!));
    }
    return { inputs: graph.inputs, outputs: graph.outputs.map((v) => values.get(v)!) };
  };
  const { compile } = inner;
  return Object.assign(inner, { compile: (graph: Graph) => compile(changed(graph)) });
}
const again = (node: Node, inputs: readonly Value[], op: Op = node.op as Op): readonly Value[] =>
  makeNode(
    op,
    inputs,
    node.attrs,
    node.outputs.map((v) => v.spec),
    node.path,
  ).outputs;

/** `reverse` that forgets to turn round. */
export const createForgetful = (): Backend =>
  createChanged("forgetful", (node, inputs) =>
    again(
      node,
      inputs,
      node.op.name === "reverse" ? { ...(node.op as Op), how: { kind: "view", at: (index) => [{ input: 0, index }] } } : undefined,
    ),
  );

/** Results that IEEE 754 or the op's meaning fixes to the last bit. */
const EXACT: ReadonlySet<string> = new Set([
  ..."add sub mul square squaredDifference neg abs sign floor ceil round relu identity stopGradient where clipByValue maximum minimum cast bitcast floorDiv mod max min divNoNan".split(
    " ",
  ),
  ..."softmax logSoftmax sparseSoftmaxCrossEntropyWithLogits maxPool maxPoolGrad maxPoolPick unsortedSegmentSum".split(" "),
]);

/** Every rounded result is off by a unit in the last place, up or down: what another device may honestly do. */
export function createNoisy(): Backend {
  let state = 1;
  const noise: Op<undefined> = {
    name: "noise",
    infer: ([x]) => [x!],
    how: {
      kind: "opaque",
      reference([x], [y]) {
        for (let i = 0; i < x!.length; i++) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          (y as Float32Array)[i] = (x as Float32Array)[i]! * (1 + ((state >>> 16) % 3 === 0 ? -1 : 1) * 0.75 * 2 ** -23);
        }
      },
    },
  };
  return createChanged("noisy", (node, inputs) => {
    const made = again(node, inputs);
    const { kind } = node.op.how;
    if (EXACT.has(node.op.name) || kind === "view" || kind === "source" || kind === "region") return made;
    return made.map((v) =>
      isFloat(v.spec.dtype) && v.spec.dtype === "float32" ? makeNode(noise, [v], undefined, [v.spec]).outputs[0]! : v,
    );
  });
}
