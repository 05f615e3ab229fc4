/** Softmax and log-softmax: all passes over a row while it is in the first-level cache. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { type KernelContext, logSoftmax, type RowOperation, softmax } from "../kernels/index.ts";
import { address, contiguous } from "./float32.ts";

function rowsOf(call: MatchedCall): RowOperation {
  const { shape } = call.specs.inputs[0]!;
  const columns = shape.at(-1)!;
  const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const [x, y] = [call.inputs[0], call.outputs[0]].map(address) as [number, number];
  return { rows, columns, x: { pointer: x, rowStride: columns }, y: { pointer: y, rowStride: columns } };
}

export const rowKernels = (context: KernelContext): { readonly [op: string]: Matched } => ({
  softmax: contiguous((call) => softmax(context, rowsOf(call))),
  logSoftmax: contiguous((call) => logSoftmax(context, rowsOf(call))),
});
