/** Sums of rows by their ids (the gradient of a gather, so that an embedding's step never visits the host), and the last row of each id. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { dtypeInfo } from "@antler/tensor-core";
import type { KernelContext } from "../kernels/index.ts";
import { type Addend, type Ids, lastOfSegments, sumSegments } from "../kernels/segments.ts";
import { address, contiguous, hasWords } from "./float32.ts";

function idsOf({ specs, inputs }: MatchedCall, k: number): Ids {
  const { shape, dtype } = specs.inputs[k]!;
  return { pointer: address(inputs[k]), bytes: dtypeInfo(dtype).bytes, rows: shape[0]!, segments: specs.outputs[0]!.shape[0]! };
}

function sum(context: KernelContext, call: MatchedCall): void {
  const { dtype, shape } = call.specs.outputs[0]!;
  const { kind, bytes } = dtypeInfo(dtype);
  sumSegments(context, {
    ...idsOf(call, 1),
    addend: `${kind === "float" ? "Float" : "Int"}${bytes * 8}` as Addend,
    width: shape.slice(1).reduce((a, b) => a * b, bytes),
    x: address(call.inputs[0]),
    y: address(call.outputs[0]),
  });
}

export const segmentKernels = (context: KernelContext): { readonly [op: string]: Matched } => ({
  unsortedSegmentSum: contiguous((call) => sum(context, call), { accepts: hasWords }),
  lastRow: contiguous((call) => lastOfSegments(context, idsOf(call, 0), address(call.outputs[0])), { accepts: hasWords }),
});
