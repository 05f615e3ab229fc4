/** Gradients for the test tools, with nothing but the core's own reverse mode. */
import { backprop, densify, recording, type TapeEntry } from "../backprop.ts";
import { type DType, isFloat } from "../dtype.ts";
import { add, cast, fill, iota, mod, mul, sub, zerosLike } from "../primitives.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

export type TensorFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

export const listOf = (result: Tensor | readonly Tensor[]): readonly Tensor[] =>
  (Array.isArray(result) ? result : [result]) as readonly Tensor[];

/** Weights in {−5 … 5} / 8 that differ from element to element: exact in every float dtype, and made with ops, so also of unknown size. */
export function weights(shape: Shape, dtype: DType, salt = 0): Tensor {
  let total: Tensor = fill([], 3 + salt, "int32");
  shape.forEach((_, axis) => {
    total = add(total, mul(iota(shape, axis, "int32"), 5 + 2 * axis + salt));
  });
  return mul(sub(cast(mod(total, 11), dtype), 5), 0.125);
}

/** The gradients of `Σ weights · outputs` for the inputs named; zeros where an output does not depend on one. */
export function gradients(fn: TensorFunction, inputs: readonly Tensor[], wrt: readonly number[], salt = 0): Tensor[] {
  const entries: TapeEntry[] = [];
  const outputs = recording(entries, () => listOf(fn(...inputs))).filter((y) => isFloat(y.dtype));
  const seeds = outputs.map((y, i) => weights(y.dims, y.dtype, salt + i));
  const sources = wrt.map((i) => inputs[i]!);
  return backprop(entries, outputs, seeds, sources).map((g, i) => (g === null ? zerosLike(sources[i]!) : densify(g)));
}

/** The inputs that have gradients. */
export const floatInputs = (inputs: readonly { readonly dtype: DType }[]): number[] =>
  inputs.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
