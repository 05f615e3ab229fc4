/** What reads the gradient of a max pooling, done before its elements are put where the maxima were: there are fewer of them then. */
import { fillOp } from "../convert.ts";
import { finishSum } from "../forms.ts";
import { type Node, withInputs } from "../graph.ts";
import type { Op } from "../op.ts";
import { type Axes, whereOp } from "../primitives.ts";
import type { Geometry } from "./window.ts";

/** `reader` ahead of `node`, which puts dy at the places that `poolOp` has chosen. */
export function beforeUnpooling(poolOp: Op<Geometry>, node: Node, reader: Node): Node | undefined {
  const [dy, at] = node.inputs;
  const { how } = reader.op;
  // The sum of what is put is that of what there was to put: but a maximum in the padding has no place.
  if (how.kind === "fold" && how.finish === finishSum) {
    const isWhole = (node.attrs as Geometry).padding.flat().every((n) => n <= 0);
    return isWhole && [1, 2].every((a) => (reader.attrs as Axes).axes.includes(a)) ? withInputs(reader, [dy!]) : undefined;
  }
  // `where(y > 0, put(dy), 0)` is `put(where(p > 0, dy, 0))` if p was pooled of y: all that meet at a place have the y there.
  const [mask, put, zero] = reader.inputs;
  const [test, pool] = [mask?.node, at!.node];
  if (reader.op !== whereOp || put!.node !== node || test?.op.how.kind !== "map" || pool?.op !== poolOp) return undefined;
  if (zero!.node?.op !== fillOp || zero!.spec.shape.length || (zero!.node.attrs as { value: number }).value !== 0) return undefined;
  const [y] = pool.inputs;
  if (!test.inputs.includes(y!) || test.inputs.some((v) => v !== y && v.spec.shape.length)) return undefined;
  const { shape } = dy!.spec;
  const picked = test.inputs.map((v) => (v === y ? pool.outputs[0]! : v));
  const [chosen] = withInputs(reader, [withInputs(test, picked, shape).outputs[0]!, dy!, zero!], shape).outputs;
  return withInputs(node, [chosen!, at!]);
}
