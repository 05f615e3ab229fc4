/** Scaled dot-product attention, as one op: devices may compute it without ever storing the scores. */
import { backprop, recording, type TapeEntry } from "../backprop.ts";
import { type TensorLike, toTensor } from "../convert.ts";
import { apply, dispatch, sameDType } from "../dispatch.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import type { Op } from "../op.ts";
import { add, exp, greaterEqual, iota, logicalAnd, max, mul, reshape, sub, sum, where } from "../primitives.ts";
import { broadcastShapes, known, type Shape, showDim } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { matMul } from "./matmul.ts";
import { softmax } from "./nn.ts";

export interface AttentionAttrs {
  /** What products of queries and keys are multiplied with. */
  readonly scale: number;
  /** Whether step t sees only the steps up to t. */
  readonly causal: boolean;
}
/** What a step that must not be seen scores: finite, so that where nothing may be seen all is seen alike. */
const lowest = (x: Tensor): number => -0.7 * (x.dtype === "float16" ? 65504 : 3.4028234663852886e38);

const LAST = { axis: -1, keepDims: true } as const;
const tailOf = ({ shape }: Spec): Shape => shape.slice(-2);
const withoutLast = (x: Tensor): Tensor => reshape(x, x.dims.slice(0, -1));

/** `[batch, queries, keys, features of values]`, with the sizes of batch axes broadcast. */
function sizesOf([query, key, value, mask]: readonly Spec[]): { batch: Shape; t: Shape; e: Shape } {
  const op = "scaledDotProductAttention";
  const got = [query!, key!, value!, ...(mask ? [mask] : [])];
  sameDType(op, [query!, key!, value!]);
  if (!isFloat(query!.dtype)) throw new DTypeError(op, "takes floats", { got });
  if (mask && mask.dtype !== "bool") throw new DTypeError(op, "takes a mask of bools", { got, hint: "What is added to scores is a bias." });
  if (got.slice(0, 3).some((s) => s.shape.length < 2)) throw new ShapeError(op, "query, key and value have rank 2 or more", { got });
  const [[t, d], [s, keyFeatures], [values, e]] = [query!, key!, value!].map(tailOf) as [Shape, Shape, Shape];
  if (d !== keyFeatures) throw new ShapeError(op, `the query has ${showDim(d!)} features, the key ${showDim(keyFeatures!)}`, { got });
  if (s !== values) throw new ShapeError(op, `there are ${showDim(s!)} keys, but ${showDim(values!)} values`, { got });
  if (mask) broadcastShapes(op, [tailOf(mask), [t!, s!]]);
  return {
    batch: broadcastShapes(
      op,
      got.map((x) => x.shape.slice(0, -2)),
    ),
    t: [t!],
    e: [e!],
  };
}

/** Which pairs of a query and a key count; null for all. */
function counted({ dims }: Tensor, mask: Tensor | undefined, causal: boolean): Tensor | null {
  if (!causal) return mask ?? null;
  const shape = dims.slice(-2);
  const before = greaterEqual(iota(shape, 0), iota(shape, 1));
  return mask ? logicalAnd(mask, before) : before;
}
function scoresOf(
  query: Tensor,
  key: Tensor,
  mask: Tensor | undefined,
  { scale, causal }: AttentionAttrs,
): readonly [Tensor, Tensor | null] {
  const fits = mul(matMul(query, key, { transposeB: true }), scale);
  const counts = counted(fits, mask, causal);
  return [counts ? where(counts, fits, lowest(fits)) : fits, counts];
}

/** Outputs: the means of values, and (hidden) of every query its largest score and the sum of all `e^(score − largest)`. */
export const attentionOp: Op<AttentionAttrs> = {
  name: "scaledDotProductAttention",
  infer(inputs) {
    const { batch, t, e } = sizesOf(inputs);
    const { dtype } = inputs[0]!;
    const statistic = makeSpec([...batch, ...t], dtype);
    return [makeSpec([...batch, ...t, ...e], dtype), statistic, statistic];
  },
  visible: () => 1,
  vjp([dy], [query, key, value, ...mask], [y, most, total], attrs) {
    const delta = withoutLast(sum(mul(dy!, y!), LAST));
    return [...dispatch(attentionGradOp, [dy!, query!, key!, value!, most!, total!, delta, ...mask], attrs), ...mask.map(() => null)];
  },
  how: {
    kind: "composite",
    expand([query, key, value, mask], attrs) {
      const [scores] = scoresOf(query!, key!, mask, attrs);
      const most = max(scores, LAST);
      return [matMul(softmax(scores), value!), withoutLast(most), withoutLast(sum(exp(sub(scores, most)), LAST))];
    },
  },
};

/**
 * The gradients of query, key and value, each with all batch axes. What the forward pass found out about each query (its largest
 * score, its sum, and dy · y) spares kernels a pass; it follows from the other inputs, so no gradient goes through it.
 */
const attentionGradOp: Op<AttentionAttrs> = {
  name: "scaledDotProductAttentionGrad",
  infer([dy, query, key, value]) {
    const batch = dy!.shape.slice(0, -2);
    return [query!, key!, value!].map((x) => makeSpec([...batch, ...tailOf(x)], x.dtype));
  },
  vjp(dys, inputs, _outputs, attrs) {
    const entries: TapeEntry[] = [];
    const outputs = recording(entries, () => expandGrad(inputs, attrs));
    const given = outputs.flatMap((y, k) => (dys[k] ? [[y, dys[k]] as const] : []));
    return backprop(
      entries,
      given.map(([y]) => y),
      given.map(([, d]) => d),
      inputs,
    );
  },
  how: { kind: "composite", expand: expandGrad },
};
function expandGrad(inputs: readonly Tensor[], attrs: AttentionAttrs): readonly Tensor[] {
  const [dy, query, key, value, , , , mask] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor?];
  const [scores, counts] = scoresOf(query, key, mask, attrs);
  const weights = softmax(scores);
  const dWeights = matMul(dy, value, { transposeB: true });
  const dScores = mul(weights, sub(dWeights, sum(mul(dWeights, weights), LAST)));
  const dFits = mul(counts ? where(counts, dScores, 0) : dScores, attrs.scale);
  return [matMul(dFits, key), matMul(dFits, query, { transposeA: true }), matMul(weights, dy, { transposeA: true })];
}

export interface AttentionOptions {
  /** bool, true where a query may see a key; broadcasts to `[..., T, S]`. A query that may see none sees all alike. Default: all. */
  readonly mask?: TensorLike | undefined;
  /** Added to the scores; broadcasts to `[..., T, S]`. With one, all scores are stored. Default none. */
  readonly bias?: TensorLike | undefined;
  /** What scores are multiplied with. Default 1 / √(features). */
  readonly scale?: number | undefined;
  /** Whether query t sees only the keys up to t. Default false. */
  readonly causal?: boolean | undefined;
}

/**
 * `softmax(query · keyᵀ · scale) · value`: every query gets the mean of the values, weighted by how well their keys fit (Vaswani et al.
 * 2017, https://arxiv.org/abs/1706.03762). The scores are never stored as a whole where the backend has a kernel for it (Dao et al.
 * 2022, https://arxiv.org/abs/2205.14135), forward or backward: memory grows with the number of steps, not with its square.
 * @param query floats `[..., T, D]`
 * @param key `[..., S, D]`
 * @param value `[..., S, E]`; the axes before the last two broadcast
 * @returns `[..., T, E]`
 * @throws ShapeError where features of query and key, or the numbers of keys and values, differ
 * @example
 * const x = randomNormal([2, 8, 5, 16], { seed: [1, 2] }); // batch, heads, steps, features
 * scaledDotProductAttention(x, x, x, { causal: true }).shape; // [2, 8, 5, 16]
 */
export function scaledDotProductAttention(query: TensorLike, key: TensorLike, value: TensorLike, options: AttentionOptions = {}): Tensor {
  const [q, k, v] = [query, key, value].map((x) => toTensor(attentionOp.name, x)) as [Tensor, Tensor, Tensor];
  const { bias, causal = false, scale = 1 / Math.sqrt(known(attentionOp.name, q.dims.at(-1) ?? 1)) } = options;
  const mask = options.mask === undefined ? undefined : toTensor(attentionOp.name, options.mask);
  if (bias === undefined) return apply(attentionOp, mask ? [q, k, v, mask] : [q, k, v], { scale, causal });
  sizesOf(mask ? [q.spec, k.spec, v.spec, mask.spec] : [q.spec, k.spec, v.spec]);
  const fits = add(mul(matMul(q, k, { transposeB: true }), scale), bias);
  const counts = counted(fits, mask, causal);
  return matMul(softmax(counts ? where(counts, fits, lowest(fits)) : fits), v);
}
