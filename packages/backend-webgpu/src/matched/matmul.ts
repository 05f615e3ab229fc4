/** matMul: transposes, slices and broadcasts are strides; a batch that only the left operand has is more rows. */
import type { Matched, MatchedCall } from "@antler/compiler";
import type { View } from "../device/blocks.ts";
import type { GpuContext } from "../kernels/context.ts";
import { multiply } from "../kernels/multiply.ts";
import { type Product, stacked } from "../kernels/product.ts";
import { type Along, strided } from "../kernels/source.ts";
import { isFloats } from "./floats.ts";

/** An operand's strides along its outer and inner axis, and along each batch axis of the result: 0 where it repeats. */
interface Operand {
  readonly outer: number;
  readonly inner: number;
  readonly batch: readonly number[];
}
interface Sizes {
  readonly m: number;
  readonly batch: readonly number[];
  readonly a: Operand;
  readonly b: Operand;
}

export const matMulKernel = (context: GpuContext): Matched => ({
  accepts: isFloats,
  operands: "strided",
  epilogue: true,
  run(call) {
    const { specs, layouts, inputs } = call;
    const { transposeA, transposeB } = call.attrs as { readonly transposeA: boolean; readonly transposeB: boolean };
    const shape = specs.outputs[0]!.shape;
    const n = shape.at(-1)!;
    const inner = specs.inputs[0]!.shape.at(transposeA ? -2 : -1)!;
    const batch = shape.slice(0, -2);
    const given = {
      m: shape.at(-2)!,
      batch,
      a: operandOf(call, 0, transposeA, batch),
      b: operandOf(call, 1, !transposeB, batch),
    };
    const sizes = mergeBatches(given);
    const side = (k: number, size: number, { outer, inner: step, batch }: Operand) =>
      strided({
        view: inputs[k] as View,
        dtype: specs.inputs[k]!.dtype,
        offset: layouts[k]!.offset,
        outer: { size, stride: outer },
        inner: { size: inner, stride: step },
        items: sizes.batch.map((size, i): Along => ({ size, stride: batch[i]! })),
      });
    const product: Product = {
      key: "stacked",
      items: sizes.batch.reduce((x, y) => x * y, 1),
      rows: sizes.m,
      columns: n,
      inner,
      left: side(0, sizes.m, sizes.a),
      right: side(1, n, sizes.b),
      numbers: [],
      write: stacked,
      byFours: true,
    };
    multiply(context, call, product, [product.items * sizes.m, n]);
  },
});

/** @param turned whether the inner axis is the last but one for the left operand, the last for the right */
function operandOf({ specs, layouts }: MatchedCall, which: number, turned: boolean, batch: readonly number[]): Operand {
  const { shape } = specs.inputs[which]!;
  const { strides } = layouts[which]!;
  const [x, y] = strides.slice(-2) as [number, number];
  const missing = batch.length - (shape.length - 2);
  return {
    outer: turned ? y : x,
    inner: turned ? x : y,
    batch: batch.map((_, i) => (i < missing || shape[i - missing] === 1 ? 0 : strides[i - missing]!)),
  };
}

/** A batch axis that only the left operand has, and that lies in front of its rows, is more rows. Axes of length 1 are none. */
function mergeBatches({ m, batch, a, b }: Sizes): Sizes {
  const last = batch.length - 1;
  if (last < 0) return { m, batch, a, b };
  const without = (k: number): Sizes => {
    const rest = (list: readonly number[]): number[] => list.filter((_, i) => i !== k);
    return { m, batch: rest(batch), a: { ...a, batch: rest(a.batch) }, b: { ...b, batch: rest(b.batch) } };
  };
  const one = batch.indexOf(1);
  if (one >= 0) return mergeBatches(without(one));
  if (b.batch[last] === 0 && (m === 1 || a.batch[last] === m * a.outer)) {
    const merged = without(last);
    return mergeBatches({ ...merged, m: m * batch[last]!, a: { ...merged.a, outer: m === 1 ? a.batch[last]! : a.outer } });
  }
  return { m, batch, a, b };
}
