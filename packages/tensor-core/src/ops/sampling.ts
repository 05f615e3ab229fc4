/** Draws made of keyed random numbers: truncated normal numbers, classes, and random orders. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import { check } from "../forms.ts";
import type { Op } from "../op.ts";
import {
  abs,
  add,
  bitwiseAnd,
  cast,
  equal,
  exp,
  gather,
  iota,
  less,
  logicalAnd,
  max,
  minimum,
  mul,
  reshape,
  slice,
  sub,
  sum,
  where,
} from "../primitives.ts";
import { boxMuller, keyOf, type NormalOptions, philox, randomBits, randomUniform, type Seed, u32 } from "../random.ts";
import * as s from "../scalar.ts";
import { known, knownShape, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import { makeSpec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims } from "./arrays.ts";
import { cumsum } from "./cumulative.ts";
import { argSort, searchSorted } from "./sorting.ts";

/** Of so many normal numbers four are within the bounds, except once in 10¹⁴ times. */
const CANDIDATES = 16;
/** TensorFlow keeps so many blocks of words for four numbers, however many it refuses. */
const BLOCKS = 256;

/** `[groups, CANDIDATES]` normal numbers: each group from its own blocks. */
const candidatesOp: Op<{ groups: number }> = {
  name: "normalCandidates",
  infer: (_, { groups }) => [makeSpec([groups, CANDIDATES], "float32")],
  how: {
    kind: "source",
    element([group, i]) {
      const key = (k: number): s.Expr => s.read(0, "uint32", [s.int(k)]);
      const block = s.add(s.mul(group!, s.int(BLOCKS)), s.floorDiv(i!, s.int(4)));
      return boxMuller(philox([s.cast(block, "uint32"), u32(0), key(2), key(3)], [key(0), key(1)]), s.mod(i!, s.int(4)));
    },
  },
};
const truncatedOp: Op<{ shape: readonly number[] }> = {
  name: "truncatedNormal",
  infer: (_, { shape }) => [makeSpec(shape, "float32")],
  vjp: () => [null],
  how: {
    kind: "composite",
    expand([key], { shape }) {
      const n = sizeOf("truncatedNormal", shape) as number;
      const drawn = apply(candidatesOp, [key!], { groups: Math.ceil(n / 4) });
      const within = less(abs(drawn), 2);
      const rank = cumsum(cast(within, "int32"), 1);
      const chosen = logicalAnd(expandDims(within, 1), equal(expandDims(rank, 1), add(iota([4, 1]), 1)));
      const four = sum(where(chosen, expandDims(drawn, 1), 0), { axis: 2 });
      return [reshape(slice(reshape(four, [-1]), [0], [n]), shape)];
    },
  },
};
/** Normal numbers no further than two deviations from the mean, drawn as `tf.random.stateless_truncated_normal(..., alg="philox")` draws them. */
export function truncatedNormal(shape: Shape, { seed, mean = 0, stddev = 1 }: NormalOptions): Tensor {
  const unit = apply(truncatedOp, [keyOf("truncatedNormal", seed)], { shape: knownShape("truncatedNormal", shape) });
  const scaled = stddev === 1 ? unit : mul(unit, stddev);
  return mean === 0 ? scaled : add(scaled, mean);
}

/**
 * Classes drawn with probabilities softmax(logits), as int32. The words are those of `tf.random.stateless_categorical`; sums are
 * float32 here and float64 there, so that a draw at the very edge of two classes may differ.
 * @param logits floats `[batch, classes]`, not normalized
 * @returns `[batch, numSamples]`
 */
export function multinomial(logits: TensorLike, numSamples: number, { seed }: { readonly seed: Seed }): Tensor {
  const t = toTensor("multinomial", logits);
  check("multinomial", [t.spec], "float");
  if (t.rank !== 2) throw new ShapeError("multinomial", "needs logits [batch, classes]", { got: [t.spec] });
  const words = randomBits([t.dims[0]!, numSamples, 2], { seed });
  const word = (k: number): Tensor => reshape(slice(words, [0, 0, k], [t.dims[0]!, numSamples, 1]), [t.dims[0]!, numSamples]);
  const high = mul(cast(bitwiseAnd(word(0), 0xfffff), t.dtype), 2 ** -20);
  const unit = add(high, mul(cast(word(1), t.dtype), 2 ** -52));
  const steps = cumsum(exp(sub(t, max(t, { axis: 1, keepDims: true }))), 1);
  const classes = known("multinomial", t.dims[1]!);
  const whole = slice(steps, [0, classes - 1], [t.dims[0]!, 1]);
  return minimum(searchSorted(steps, mul(unit, whole), { side: "right" }), classes - 1);
}

/** x with its slices along an axis in a random order, as `keras.random.shuffle` orders them. */
export function shuffle(x: TensorLike, { seed, axis = 0 }: { readonly seed: Seed; readonly axis?: number | undefined }): Tensor {
  const t = toTensor("shuffle", x);
  const at = normalizeAxis("shuffle", axis, t.rank);
  return gather(t, argSort(randomUniform([t.dims[at]!], { seed })), at);
}
