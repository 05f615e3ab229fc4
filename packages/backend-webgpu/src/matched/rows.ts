/** Softmax and its relatives, cross-entropies and moments, where what they fold is a row of neighbours: one dispatch each. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { isFloat, isKnown, type Node } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { GpuContext } from "../kernels/context.ts";
import { crossEntropyRows, type Matrix, momentRows, softmaxRows } from "../kernels/rows.ts";

/** Longer rows, if they are few, are better folded by several workgroups each, which takes several kernels. */
const LONG = 1 << 13;
const MANY = 64;
/** What sizes are taken for that come with a batch. */
const USUAL = 32;

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const isFloat32 = ({ inputs, outputs }: Node): boolean => [...inputs, ...outputs].every((v) => v.spec.dtype === "float32");
/** Whether rows over the last axes of the last input are work for a workgroup each. */
function fits({ inputs }: Node, axes: number): boolean {
  const sizes = inputs.at(-1)!.spec.shape.map((d) => (isKnown(d) ? d : USUAL));
  const at = sizes.length - axes;
  return count(sizes.slice(at)) <= LONG || count(sizes.slice(0, at)) >= MANY;
}
/** The last input as a matrix of its last axes. */
function matrixOf({ specs }: MatchedCall, axes: number): Matrix {
  const { shape } = specs.inputs.at(-1)!;
  const at = shape.length - axes;
  return { rows: count(shape.slice(0, at)), columns: count(shape.slice(at)) };
}
const rows = (accepts: (node: Node) => boolean, run: (call: MatchedCall) => void): Matched => ({
  accepts,
  operands: "contiguous",
  epilogue: false,
  run,
});

const axesOf = ({ attrs }: { readonly attrs: unknown }): readonly number[] => (attrs as { readonly axis: readonly number[] }).axis;
/** Whether axes are the last ones. */
const areLast = (axes: readonly number[], rank: number): boolean => axes.every((a) => a >= rank - axes.length);

export const rowKernels = (context: GpuContext): { readonly [op: string]: Matched } => {
  const softmax = (kind: "softmax" | "logSoftmax"): Matched =>
    rows(
      (node) => isFloat32(node) && fits(node, 1),
      (call) => softmaxRows(context, kind, matrixOf(call, 1), call.inputs[0] as View, call.outputs[0] as View),
    );
  return {
    softmax: softmax("softmax"),
    logSoftmax: softmax("logSoftmax"),
    sparseSoftmaxCrossEntropyWithLogits: rows(
      (node) => {
        const [labels, logits] = node.inputs.map((v) => v.spec.dtype);
        return logits === "float32" && labels !== "bool" && !isFloat(labels!) && fits(node, 1);
      },
      (call) => {
        const [labels, x] = call.inputs as readonly View[];
        crossEntropyRows(context, matrixOf(call, 1), labels!, call.specs.inputs[0]!.dtype, x!, call.outputs[0] as View);
      },
    ),
    moments: rows(
      (node) => {
        const axes = axesOf(node);
        return isFloat32(node) && axes.length > 0 && areLast(axes, node.inputs[0]!.spec.shape.length) && fits(node, axes.length);
      },
      (call) => {
        const [mean, variance] = call.outputs as readonly (View | undefined)[];
        momentRows(context, matrixOf(call, axesOf(call).length), call.inputs[0] as View, mean, variance);
      },
    ),
  };
};
