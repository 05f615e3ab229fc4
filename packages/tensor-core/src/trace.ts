/** Tracing: runs a function on tensors without numbers and keeps the graph it makes. */
import { context, refusePromise, type Trace, within } from "./context.ts";
import { TraceError } from "./errors.ts";
import { type Graph, inputValue, type Value } from "./graph.ts";
import type { Spec } from "./spec.ts";
import { Tensor } from "./tensor.ts";
import type { Variable } from "./variable.ts";

export interface Traced<T> {
  readonly graph: Graph;
  /** Further inputs, after the formal ones: what the function closed over. */
  readonly captured: readonly (Tensor | Variable)[];
  /** Further outputs, after the results: what each assigned variable becomes. */
  readonly assigned: readonly Variable[];
  readonly result: T;
}

/**
 * Traces `fn` over inputs of the given specs.
 * @param outputs tells which tensors of the result the graph gives, in order; the result must be a list of them when absent.
 */
export function trace<T>(
  name: string,
  specs: readonly Spec[],
  fn: (inputs: readonly Tensor[]) => T,
  outputs: (result: T) => readonly Tensor[] = (result) => result as readonly Tensor[],
): Traced<T> {
  const values: Value[] = specs.map(inputValue);
  const captured: (Tensor | Variable)[] = [];
  const places = new Map<object, Tensor>();
  const mine = new Set<Value>(values);
  const outer = context.trace;

  const capture = (x: Tensor | Variable, spec: Spec): Tensor => {
    let t = places.get(x);
    if (!t) {
      const value = inputValue(spec);
      values.push(value);
      mine.add(value);
      captured.push(x);
      places.set(x, (t = new Tensor(spec, value)));
    }
    return t;
  };
  const current = new Map<Variable, Tensor>();
  const lift = (t: Tensor): Value => {
    const s = t.source;
    if ("holders" in s) return capture(t, t.spec).source as Value;
    if (mine.has(s) || (s.node && made.has(s.node))) return s;
    if (!outer)
      throw new TraceError(name, "a tensor of another function, traced before, was used", {
        got: [t.spec],
        hint: "Return it from there instead of keeping it.",
      });
    return capture(t, t.spec).source as Value;
  };
  const made = new Set<object>();
  const scope: Trace = {
    name,
    lift,
    read: (v) => current.get(v) ?? capture(v, v.spec),
    assign: (v, next) => void current.set(v, next),
    made: (node) => {
      made.add(node);
      return node.outputs.map((v) => new Tensor(v.spec, v));
    },
  };
  return within(name, { trace: scope, scope: undefined, recorders: [] }, () => {
    const result = refusePromise(name, fn(specs.map((spec, i) => new Tensor(spec, values[i]!))));
    const given = [...outputs(result), ...current.values()].map(lift);
    return { graph: { inputs: values, outputs: given }, captured, assigned: [...current.keys()], result };
  });
}
