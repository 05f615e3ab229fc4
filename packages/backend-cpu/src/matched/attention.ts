/** Attention: heads are found by strides, so that splitting features into heads copies nothing. */
import type { Matched, MatchedCall } from "@antler/compiler";
import { isKnown, type Node } from "@antler/tensor-core";
import { type AttentionSizes, attention, attentionGradient, type Head, type KernelContext, type StridedMatrix } from "../kernels/index.ts";
import { address } from "./float32.ts";

interface Attrs {
  readonly scale: number;
  readonly causal: boolean;
}

/** With fewer keys a matrix of scores fits the caches, and products of all heads and one softmax are faster. */
const fewKeys = 96;
/** @param query its place among the inputs; the key comes behind it */
function accepts({ inputs, attrs }: Node, query: number): boolean {
  const [{ dtype }, { shape }] = [inputs[query]!.spec, inputs[query + 1]!.spec];
  const keys = shape.at(-2)!;
  return dtype === "float32" && (attrs as Attrs).scale > 0 && !(isKnown(keys) && keys < fewKeys);
}

/** Where the part of an operand that belongs to a head lies, in bytes, and its strides along its own axes, 0 where it repeats. */
interface Part {
  readonly pointer: number;
  readonly strides: readonly number[];
}
/** @param axes how many axes a head has */
function partOf(call: MatchedCall, which: number, batch: readonly number[], head: number, { axes = 2, bytes = 4 } = {}): Part {
  const { shape } = call.specs.inputs[which]!;
  const { offset, strides: given } = call.layouts[which]!;
  const strides = given.map((s, k) => (shape[k] === 1 ? 0 : s));
  let place = offset;
  for (let axis = batch.length - 1, k = strides.length - axes - 1, rest = head; k >= 0; axis--, k--) {
    place += (rest % batch[axis]!) * strides[k]!;
    rest = Math.floor(rest / batch[axis]!);
  }
  return { pointer: address(call.inputs[which]) + bytes * place, strides: strides.slice(Math.max(0, strides.length - axes)) };
}
function matrixOf(call: MatchedCall, which: number, batch: readonly number[], head: number): StridedMatrix {
  const { pointer, strides } = partOf(call, which, batch, head);
  const isColumn = call.specs.inputs[which]!.shape.at(-1) === 1;
  return { pointer, rowStride: strides[0]!, columnStride: isColumn ? 1 : strides[1]! };
}
function maskOf(call: MatchedCall, which: number, batch: readonly number[], head: number): Head["mask"] {
  if (call.inputs.length <= which) return undefined;
  const { pointer, strides } = partOf(call, which, batch, head, { bytes: 1 });
  return { pointer, queryStep: strides.at(-2) ?? 0, keyStep: strides.at(-1) ?? 0 };
}

/** @param first the place of the query among the inputs; key and value follow */
function sizesOf(call: MatchedCall, first: number, batch: readonly number[]): AttentionSizes {
  const [query, key, value] = call.specs.inputs.slice(first).map((s) => s.shape.slice(-2)) as [number, number][] as [
    [number, number],
    [number, number],
    [number, number],
  ];
  const { scale, causal } = call.attrs as Attrs;
  const heads = batch.reduce((a, b) => a * b, 1);
  return { heads, queries: query[0], keys: key[0], features: query[1], valueFeatures: value[1], scale, causal };
}

export const attentionKernels = (context: KernelContext): { readonly [op: string]: Matched } => ({
  scaledDotProductAttention: {
    accepts: (node) => accepts(node, 0),
    operands: "strided",
    epilogue: false,
    run(call) {
      const batch = call.specs.outputs[0]!.shape.slice(0, -2);
      const [means, most, total] = call.outputs as [unknown, unknown, unknown];
      const matrix = (which: number, head: number): StridedMatrix => matrixOf(call, which, batch, head);
      attention(context, {
        ...sizesOf(call, 0, batch),
        head: (h) => ({ query: matrix(0, h), key: matrix(1, h), value: matrix(2, h), mask: maskOf(call, 3, batch, h) }),
        means: address(means),
        most: most as number | undefined,
        total: total as number | undefined,
      });
    },
  },
  scaledDotProductAttentionGrad: {
    accepts: (node) => accepts(node, 1),
    operands: "strided",
    epilogue: false,
    run(call) {
      const batch = call.specs.inputs[0]!.shape.slice(0, -2);
      const [query, key, value] = call.outputs as (number | undefined)[];
      const matrix = (which: number, head: number): StridedMatrix => matrixOf(call, which, batch, head);
      const row = (which: number, head: number): number => partOf(call, which, batch, head, { axes: 1 }).pointer;
      attentionGradient(context, {
        ...sizesOf(call, 1, batch),
        head: (h) => ({
          gradient: matrix(0, h),
          query: matrix(1, h),
          key: matrix(2, h),
          value: matrix(3, h),
          most: row(4, h),
          total: row(5, h),
          delta: row(6, h),
          mask: maskOf(call, 7, batch, h),
        }),
        query,
        key,
        value,
      });
    },
  },
});
