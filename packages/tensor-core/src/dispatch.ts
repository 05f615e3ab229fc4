/** The one path every op call takes: infer, then trace or run, then tell the recorders. */
import { context, type Trace } from "./context.ts";
import { runEager } from "./eager.ts";
import { DTypeError } from "./errors.ts";
import { makeNode } from "./graph.ts";
import type { Op } from "./op.ts";
import type { Spec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Applies an op to tensors: runs it, or adds it to the graph being traced.
 * @returns the outputs the caller sees, and the hidden ones while a tape listens.
 */
export function dispatch<A>(op: Op<A>, inputs: readonly Tensor[], attrs: A): readonly Tensor[] {
  const { recorders } = context;
  const trace = context.trace ?? inputs.find((t) => t.trace)?.trace;
  const recorded = recorders.length > 0;
  const given = recorded && op.prepare ? op.prepare(attrs, specsOf(inputs)) : attrs;
  const outputs = trace ? traced(op, inputs, given, trace) : runEager(op, inputs, given, recorded);
  for (const r of recorders) r.record(op, inputs, given, outputs);
  return outputs;
}

/** `dispatch` for the many ops with one output. */
export const apply = <A>(op: Op<A>, inputs: readonly Tensor[], attrs: A): Tensor => dispatch(op, inputs, attrs)[0]!;

const specsOf = (inputs: readonly Tensor[]): Spec[] => inputs.map((t) => t.spec);

function traced<A>(op: Op<A>, inputs: readonly Tensor[], attrs: A, trace: Trace): readonly Tensor[] {
  const specs = op.infer(specsOf(inputs), attrs);
  return trace.made(makeNode(op, inputs.map(trace.lift), attrs, specs, context.path));
}

/** Refuses inputs of different dtypes: TensorFlow's rule, no silent promotion. */
export function sameDType(op: string, specs: readonly { readonly dtype: string; readonly shape: readonly unknown[] }[]): void {
  for (const s of specs) {
    if (s.dtype !== specs[0]!.dtype) {
      throw new DTypeError(op, "takes inputs of one dtype", { got: specs as never, hint: "Convert with cast()." });
    }
  }
}
