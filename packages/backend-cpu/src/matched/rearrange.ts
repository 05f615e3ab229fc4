/** Copies of transposed and otherwise strided operands, by blocks of which both sides stay in the first cache. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { dtypeInfo } from "@antler/tensor-core";
import { type KernelContext, transposeCopy } from "../kernels/index.ts";
import { address, operandAddress } from "./float32.ts";

interface Axis {
  readonly count: number;
  /** In elements of the operand, and of the result. */
  readonly from: number;
  readonly to: number;
}
/** Rows of the result that make a piece of work. */
const pieceRows = 64;
/** Elements copied in a nanosecond, roughly. */
const rate = 0.5;

export const rearrangeKernel = (context: KernelContext): Matched => ({
  accepts: ({ outputs: [y] }) => dtypeInfo(y!.spec.dtype).bytes === 4,
  operands: "strided",
  epilogue: false,
  run(call) {
    const axes = axesOf(call);
    if (axes.some((a) => a.count === 0)) return;
    const columns = axes.pop() ?? { count: 1, from: 1, to: 1 };
    // Where the operand has neighbours along another axis, blocks of both are transposed.
    const near = axes.findIndex((a) => a.from === 1);
    const [rows = { count: 1, from: 0, to: 0 }] = axes.splice(near, 1);
    const outer = axes.reduce((n, a) => n * a.count, 1);
    const parts = Math.ceil(rows.count / pieceRows);
    const [source, target] = [operandAddress(call, 0), address(call.outputs[0])];
    context.parallel(outer * parts, (outer * rows.count * columns.count) / rate, (calls, piece) => {
      const first = (piece % parts) * pieceRows;
      let [from, to] = [first * rows.from, first * rows.to];
      let rest = Math.floor(piece / parts);
      for (const axis of [...axes].reverse()) {
        from += (rest % axis.count) * axis.from;
        to += (rest % axis.count) * axis.to;
        rest = Math.floor(rest / axis.count);
      }
      transposeCopy(calls, {
        rows: Math.min(pieceRows, rows.count - first),
        columns: columns.count,
        source: { pointer: source + 4 * from, rowStride: rows.from, columnStride: columns.from },
        target: { pointer: target + 4 * to, rowStride: rows.to },
      });
    });
  },
});

/** The axes of the result, neighbours merged that both sides walk as one. */
function axesOf(call: MatchedCall): Axis[] {
  const { shape } = call.specs.outputs[0]!;
  const { strides } = call.layouts[0]!;
  const axes: Axis[] = [];
  let to = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    const [count, from] = [shape[k]!, strides[k]!];
    const [inner] = axes;
    if (count === 1 && shape.length > 1) continue;
    if (inner && from === inner.from * inner.count) axes[0] = { ...inner, count: inner.count * count };
    else axes.unshift({ count, from, to });
    to *= count;
  }
  return axes;
}
