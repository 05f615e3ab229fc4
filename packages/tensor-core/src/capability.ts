/** What a backend can hold: the one place that refuses a dtype. */
import type { Backend } from "./backend.ts";
import { DTypeError } from "./errors.ts";
import { type Graph, order, subgraphs } from "./graph.ts";
import { madeBackends } from "./registry.ts";
import type { Spec } from "./spec.ts";

/** Throws a DTypeError, in the name of the op, that says what the backend has and which others have the dtype. */
export function checkDType(op: string, spec: Spec, { name, capabilities: { dtypes } }: Backend): void {
  if (dtypes.has(spec.dtype)) return;
  const others = madeBackends().map((b) => (b?.capabilities.dtypes.has(spec.dtype) ? ` ${b.name} has ${spec.dtype}.` : ""));
  throw new DTypeError(op, `${name} has no ${spec.dtype}`, {
    got: [spec],
    hint: `It has ${[...dtypes].join(", ")}.${others.join("")}`,
  });
}

/** Checks every value a graph makes. */
export function checkGraph(graph: Graph, backend: Backend): void {
  for (const node of order(graph.outputs)) {
    for (const v of node.outputs) checkDType(node.op.name, v.spec, backend);
    for (const inner of subgraphs(node)) checkGraph(inner, backend);
  }
}
