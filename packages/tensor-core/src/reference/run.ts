/** Runs a graph on host arrays: binds sizes, expands composites, runs regions, interprets the rest. */
import { dtypeInfo } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { expandNode } from "../expand.ts";
import { type Graph, order, type Value } from "../graph.ts";
import { isHalf } from "../half.ts";
import type { CondAttrs, ScanAttrs, WhileAttrs } from "../op.ts";
import { type Bindings, bindDim, bindShape, elements, matchShape } from "../shape.ts";
import { makeSpec, type StaticSpec } from "../spec.ts";
import { type Host, interpret } from "./interpret.ts";

const allocate = (spec: StaticSpec): Host => {
  const { array, bytes } = dtypeInfo(isHalf(spec.dtype) ? "float32" : spec.dtype);
  return { spec, data: new array(new ArrayBuffer(elements(spec.shape) * bytes)) };
};

export function runGraph(graph: Graph, inputs: readonly Host[], outer: Bindings): Host[] {
  const bound = new Map(outer);
  const values = new Map<Value, Host>();
  graph.inputs.forEach((v, i) => {
    const host = inputs[i]!;
    if (!matchShape(v.spec.shape, host.spec.shape, bound))
      throw new ShapeError("run", `input ${i} does not fit`, { got: [v.spec, host.spec] });
    values.set(v, host);
  });
  for (const node of order(graph.outputs)) {
    const given = node.inputs.map((v) => values.get(v)!);
    const how = node.op.how;
    let results: readonly Host[];
    if (how.kind === "composite") results = runGraph(expandNode(node), given, bound);
    else if (how.kind === "region")
      results = regions[how.form](node.attrs as never, given, bound, (i) => allocate(specOf(node.outputs[i]!, bound)));
    else {
      results = node.outputs.map((v) => allocate(specOf(v, bound)));
      interpret(node, given, results, bound);
    }
    node.outputs.forEach((v, i) => values.set(v, results[i]!));
  }
  return graph.outputs.map((v) => values.get(v)!);
}
const specOf = (v: Value, bound: Bindings): StaticSpec => makeSpec(bindShape(v.spec.shape, bound), v.spec.dtype);

type RunRegion<A> = (attrs: A, inputs: readonly Host[], bound: Bindings, output: (i: number) => Host) => readonly Host[];

const cond: RunRegion<CondAttrs> = (attrs, [predicate, ...captured], bound) =>
  runGraph(predicate!.data[0] ? attrs.then : attrs.else, captured, bound);

const loop: RunRegion<WhileAttrs> = ({ test, body, carry, maximumIterations }, inputs, bound) => {
  const captured = inputs.slice(carry);
  let now = inputs.slice(0, carry);
  for (let n = 0; n !== (maximumIterations ?? -1) && runGraph(test, [...now, ...captured], bound)[0]!.data[0]; n++)
    now = runGraph(body, [...now, ...captured], bound);
  return now;
};

const scan: RunRegion<ScanAttrs> = ({ body, carry, xs, length, reverse }, inputs, bound, output) => {
  const stacked = inputs.slice(carry, carry + xs);
  const captured = inputs.slice(carry + xs);
  const ys = body.outputs.slice(carry).map((_, i) => output(carry + i));
  const steps = bindDim(length, bound);
  let now = inputs.slice(0, carry);
  for (let n = 0; n < steps; n++) {
    const t = reverse ? steps - 1 - n : n;
    const results = runGraph(body, [...now, ...stacked.map((x) => row(x, t)), ...captured], bound);
    now = results.slice(0, carry);
    results.slice(carry).forEach((y, i) => row(ys[i]!, t).data.set(y.data as never));
  }
  return [...now, ...ys];
};
/** One row of a stacked value, sharing its memory. */
function row(x: Host, t: number): Host {
  const shape = x.spec.shape.slice(1);
  const n = elements(shape);
  return { spec: makeSpec(shape, x.spec.dtype), data: x.data.subarray(t * n, (t + 1) * n) };
}

const regions = { cond, while: loop, scan } as const;
