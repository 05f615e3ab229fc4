/** The first passes over a graph: composites no kernel matches become what they are written with, equal nodes become one. */
import {
  attrsKey,
  castOp,
  type DType,
  expandNode,
  type Graph,
  identityKey,
  inputValue,
  isHalf,
  makeNode,
  makeSpec,
  type Node,
  order,
  remember,
  type Spec,
  type Value,
  withInputs,
} from "@antler/tensor-core";

/** Replaces composites, except those `keep` says a kernel will take. Where it takes only float32, it serves 16-bit floats too. */
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
    const whole = withInputs(node, given);
    if (node.op.how.kind === "composite" && !keep(whole)) {
      const wide = inFloat32(whole, converted);
      if (wide && keep(wide)) return wide.outputs.map((v, i) => converted(v, whole.outputs[i]!.spec.dtype));
      const inner = expandNode(whole);
      const map = new Map<Value, Value>(inner.inputs.map((v, i) => [v, given[i]!]));
      copy(inner, map);
      return inner.outputs.map((v) => map.get(v)!);
    }
    const key = `${identityKey(node.op)}(${given.map(identityKey).join()})${attrsKey(node.attrs)}${node.outputs.map((v) => `${v.spec.dtype}${attrsKey(v.spec.shape)}`).join()}`;
    return remember(merged, key, () => whole).outputs;
  };
  const converted = (v: Value, dtype: DType): Value =>
    v.spec.dtype === dtype ? v : place(makeNode(castOp, [v], { dtype }, [makeSpec(v.spec.shape, dtype)]), [v])[0]!;
  copy(graph, values);
  return { inputs, outputs: graph.outputs.map((v) => values.get(v)!) };
}

/** A node on 16-bit floats, on float32 instead. */
function inFloat32({ op, inputs, attrs, outputs, path }: Node, converted: (v: Value, dtype: DType) => Value): Node | undefined {
  const wide = ({ dtype }: Spec): DType => (isHalf(dtype) ? "float32" : dtype);
  if (!outputs.some((v) => isHalf(v.spec.dtype))) return undefined;
  return makeNode(
    op,
    inputs.map((v) => converted(v, wide(v.spec))),
    attrs,
    outputs.map(({ spec }) => makeSpec(spec.shape, wide(spec))),
    path,
  );
}

/** A map that gives back its only input: stopGradient, identity. */
function isIdentity(node: Node): boolean {
  const { how } = node.op;
  const [x] = node.inputs;
  if (how.kind !== "map" || node.inputs.length !== 1 || x!.spec !== node.outputs[0]!.spec) return false;
  const probe = { op: "acc", dtype: x!.spec.dtype, args: [], value: -1 } as const;
  return how.body([probe], node.attrs as never, [x!.spec])[0] === probe;
}
