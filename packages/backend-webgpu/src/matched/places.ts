/** Ops that move elements to places that depend on data: sums and last rows by ids, and orders. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { dtypeInfo, type Node } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { GpuContext } from "../kernels/context.ts";
import { type Ids, lastOfSegments, sumSegments } from "../kernels/segments.ts";
import { sortPlaces } from "../kernels/sorting.ts";

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
/** Numbers come as words; only truths stay narrow. */
const accepts = ({ inputs, outputs }: Node): boolean =>
  [...inputs, ...outputs].every(({ spec: { dtype } }) => dtype === "bool" || dtypeInfo(dtype).bytes === 4);
const whole = (run: (call: MatchedCall) => void): Matched => ({ accepts, operands: "contiguous", epilogue: false, run });

function idsOf({ specs, inputs }: MatchedCall, k: number): Ids {
  const { shape, dtype } = specs.inputs[k]!;
  return { view: inputs[k] as View, dtype, rows: shape[0]!, segments: specs.outputs[0]!.shape[0]! };
}

export const placeKernels = (context: GpuContext): { readonly [op: string]: Matched } => ({
  unsortedSegmentSum: whole((call) => {
    const { dtype, shape } = call.specs.outputs[0]!;
    const [x, y] = [call.inputs[0] as View, call.outputs[0] as View];
    sumSegments(context, { dtype, x, y, width: count(shape.slice(1)) }, idsOf(call, 1));
  }),
  lastRow: whole((call) => lastOfSegments(context, idsOf(call, 0), call.outputs[0] as View)),
  argSort: whole(({ specs, inputs, outputs, attrs }) => {
    const { shape, dtype } = specs.inputs[0]!;
    const { k, descending } = attrs as { readonly k: number; readonly descending: boolean };
    const [x, y] = [inputs[0] as View, outputs[0] as View];
    sortPlaces(context, { dtype, descending, x, y, lines: count(shape.slice(0, -1)), columns: shape.at(-1)!, kept: k });
  }),
});
