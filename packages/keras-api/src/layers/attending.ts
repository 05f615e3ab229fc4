/** Scaled dot-product attention of many heads, and the masks it obeys. */
import {
  abs,
  expandDims,
  greaterEqual,
  iota,
  less,
  logicalAnd,
  matMul,
  mul,
  reshape,
  type Shape,
  scaledDotProductAttention,
  sizeOf,
  softmax,
  sub,
  type Tensor,
  transpose,
  where,
} from "@antler/tensor-core";
import { setMask } from "../masks.ts";
import { veryLow } from "./softmax.ts";

export interface LookOptions {
  /** The axes of query, key and value along which steps lie. */
  readonly axes: readonly number[];
  /** bool, true where a step of the query may look at one of the key: `[batch, ...query steps, ...key steps]`, maybe with heads behind the batch. */
  readonly mask: Tensor | null;
}
export interface AttendOptions extends LookOptions {
  /** Whether a step that may look at nothing gets zeros, not the mean of all. */
  readonly zeroNothing: boolean;
  readonly dropout: (scores: Tensor) => Tensor;
}
interface Attended {
  /** As the query, with the value's features. */
  readonly output: Tensor;
  /** `[batch, ...further axes, heads, ...query steps, ...key steps]`. */
  readonly scores: Tensor;
}

/**
 * Every step of the query gets the mean of the values, weighted by how well their keys fit (Vaswani et al. 2017,
 * https://arxiv.org/abs/1706.03762).
 * @param query `[batch, ..., heads, features]`
 * @param key `[batch, ..., heads, features]`; it may have a part of the query's heads, each for as many in a row
 * @param value as the key, with features of its own
 */
export function attend(query: Tensor, key: Tensor, value: Tensor, { axes, mask, zeroNothing, dropout }: AttendOptions): Attended {
  const { apart, heads, order, groups, shared } = partsOf(query, key, axes);
  const sizes = (x: Tensor): Shape => axes.map((k) => x.dims[k]!);
  // Heads that share a key are further steps of it: no key is repeated.
  const [rows, columns] = [sizeOf("attention", [shared, ...sizes(query)]), sizeOf("attention", sizes(key))];
  const flat = (x: Tensor, steps: Shape[number]): Tensor => reshape(transpose(x, order), [...groups, steps, x.dims.at(-1)!]);

  const scale = 1 / Math.sqrt(query.dims.at(-1) as number);
  const fits = matMul(flat(mul(query, scale), rows), flat(key, columns), { transposeB: true });
  const full = [...apart, heads].map((k) => query.dims[k]!);
  const shape = [...full, ...sizes(query), ...sizes(key)];
  const counts = mask && withHeads(mask, shape.length, 2 * axes.length);
  const masked = counts ? where(counts, reshape(fits, shape), veryLow(fits)) : fits;
  const weights = reshape(softmax(reshape(masked, fits.dims)), shape);
  const scores = counts && zeroNothing ? where(counts, weights, 0) : weights;
  setMask(scores, counts);
  const mixed = matMul(reshape(dropout(scores), fits.dims), flat(value, columns));
  const output = reshape(mixed, [...full, ...sizes(query), value.dims.at(-1)!]);
  return { output: transpose(output, undone(order)), scores };
}

/**
 * The same output in one op, which stores no scores.
 * @param options steps lie along one axis if there is a mask, or if their order counts
 */
export function look(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { axes, mask, causal }: LookOptions & { /** Whether a step sees only itself and those before. */ readonly causal: boolean },
): Tensor {
  const { apart, heads, order, groups, shared } = partsOf(query, key, axes);
  const one = (x: Tensor): Shape[number] =>
    sizeOf(
      "attention",
      axes.map((k) => x.dims[k]!),
    );
  /** [...further axes, heads of keys, heads that share one, steps, features] */
  const flat = (x: Tensor, sharing: number): Tensor => reshape(transpose(x, order), [...groups, sharing, one(x), x.dims.at(-1)!]);
  const counts = mask && withHeads(mask, apart.length + 3, 2);
  const perHead = counts && counts.dims.at(-3) !== 1 ? [groups.at(-1)!, shared] : [1, 1];
  const output = scaledDotProductAttention(flat(query, shared), flat(key, 1), flat(value, 1), {
    mask: counts ? reshape(counts, [...counts.dims.slice(0, -3), ...perHead, ...counts.dims.slice(-2)]) : undefined,
    causal,
  });
  const shape = [...[...apart, heads, ...axes].map((k) => query.dims[k]!), value.dims.at(-1)!];
  return transpose(reshape(output, shape), undone(order));
}

/** Which axes are neither heads, steps nor features; all in the order heads, steps, features; and how many heads share a key. */
function partsOf(
  query: Tensor,
  key: Tensor,
  axes: readonly number[],
): { apart: readonly number[]; heads: number; order: readonly number[]; groups: Shape; shared: number } {
  const { rank } = query;
  const heads = rank - 2;
  const apart = [...query.dims.keys()].filter((k) => k < heads && !axes.includes(k));
  const groups = [...apart.map((k) => query.dims[k]!), key.dims[heads]!];
  const shared = (query.dims[heads] as number) / (key.dims[heads] as number);
  return { apart, heads, order: [...apart, heads, ...axes, rank - 1], groups, shared };
}
const undone = (order: readonly number[]): number[] => order.map((_, k) => order.indexOf(k));
/** A mask with axes of size 1 for heads and whatever else stands before the steps. */
const withHeads = (mask: Tensor, rank: number, steps: number): Tensor =>
  mask.rank < rank ? withHeads(expandDims(mask, -steps - 1), rank, steps) : mask;

/** `[1, T, S]`: a step sees itself and those before it. */
export const causalMask = (query: Tensor, value: Tensor): Tensor => {
  const shape = [1, query.dims[1]!, value.dims[1]!];
  return greaterEqual(iota(shape, 1), iota(shape, 2));
};
/** `[1, T, S]`: a step sees those less than `size` steps away. */
export const windowMask = (query: Tensor, value: Tensor, size: number): Tensor => {
  const shape = [1, query.dims[1]!, value.dims[1]!];
  return less(abs(sub(iota(shape, 1), iota(shape, 2))), size);
};

/** What all masks allow that are there. */
export const allOf = (masks: readonly (Tensor | null | undefined)[]): Tensor | null =>
  masks.reduce<Tensor | null>((a, b) => (a && b ? logicalAnd(a, b) : (a ?? b ?? null)), null);
