/** Runs a graph on host arrays: binds sizes, expands composites, runs regions, interprets the rest. */
import { dtypeInfo } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { expandNode } from "../expand.ts";
import { type Graph, type Node, order, subgraphs, type Value } from "../graph.ts";
import { isHalf } from "../half.ts";
import type { RegionHow, RegionRunner } from "../op.ts";
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
    else {
      results = node.outputs.map((v) => allocate(specOf(v, bound)));
      (how.kind === "region" ? runRegion : interpret)(node, given, results, bound);
    }
    node.outputs.forEach((v, i) => values.set(v, results[i]!));
  }
  return graph.outputs.map((v) => values.get(v)!);
}
const specOf = (v: Value, bound: Bindings): StaticSpec => makeSpec(bindShape(v.spec.shape, bound), v.spec.dtype);

/** Outputs, and spare room like theirs, are host arrays; bodies give arrays of their own, which are copied. */
function runRegion(node: Node, inputs: readonly Host[], outputs: readonly Host[], bound: Bindings): void {
  const bodies = subgraphs(node);
  const run = (body: number, given: readonly Host[], into: readonly Host[]): void => {
    runGraph(bodies[body]!, given, bound).forEach((result, i) => void copy(result, into[i]!));
  };
  const runner: RegionRunner<Host> = {
    size: (dim) => bindDim(dim, bound),
    flag: allocate(makeSpec([], "bool") as StaticSpec),
    // biome-ignore lint/correctness/useYield: nothing has to be waited for
    *ask({ data }) {
      return Boolean(data[0]);
    },
    spare: (i) => allocate(outputs[i]!.spec),
    copy: (from, i) => copy(from, outputs[i]!),
    row: (of, i, step) => row((of === "inputs" ? inputs : outputs)[i]!, step),
    // biome-ignore lint/correctness/useYield: the same
    *run(body, given, into) {
      run(body, given, into);
    },
    repeat(steps, given, into, _fixed, move) {
      for (let n = 0; n < steps; n++) {
        move(n);
        run(0, given, into);
      }
      return undefined;
    },
  };
  (node.op.how as RegionHow<unknown>).run(runner, inputs, outputs, node.attrs)?.next();
}
const copy = (from: Host, to: Host): void => to.data.set(from.data as never);
/** One row of a stacked value, sharing its memory. */
function row(x: Host, t: number): Host {
  const shape = x.spec.shape.slice(1);
  const n = elements(shape);
  return { spec: makeSpec(shape, x.spec.dtype), data: x.data.subarray(t * n, (t + 1) * n) };
}
