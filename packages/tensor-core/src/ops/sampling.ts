/** Draws made of keyed random numbers: classes and random orders. */
import { type TensorLike, toTensor } from "../convert.ts";
import { ShapeError } from "../errors.ts";
import { check } from "../forms.ts";
import { gather } from "../gather.ts";
import { add, bitwiseAnd, cast, exp, max, minimum, mul, reshape, slice, sub } from "../primitives.ts";
import { randomBits, randomUniform, type Seed } from "../random.ts";
import { known, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cumsum } from "./cumulative.ts";
import { argSort, searchSorted } from "./sorting.ts";

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
