/** @antler/autodiff/check, the numeric checker: gradients of a tape against central differences. */
import { fromHost, isFloat, type Tensor, type TypedArray } from "@antler/tensor-core";
import { valueAndGrad } from "./grad.ts";

export interface CheckOptions {
  /** The step of the differences; `x ± delta`. Default 1/1024, exact in float32. */
  readonly delta?: number;
}
export interface Mismatch {
  /** Which input and which of its elements differ most. */
  readonly input: number;
  readonly element: number;
  readonly tape: number;
  readonly numeric: number;
}

/**
 * Compares the gradient of `Σ f(inputs)` with central differences in every element.
 * @returns the largest difference, absolute, and where it is
 * @example
 * const { difference } = await checkGradient((x) => mul(x, x), [tensor([1, 2])]);
 */
export async function checkGradient(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { delta = 1 / 1024 }: CheckOptions = {},
): Promise<{ difference: number; worst: Mismatch | undefined }> {
  const total = (values: TypedArray): number => (values as Float64Array).reduce((a, b) => a + Number(b), 0);
  const { grads } = valueAndGrad(f)(...inputs);
  const list = (inputs.length === 1 ? [grads] : grads) as unknown as Tensor[];
  let difference = 0;
  let worst: Mismatch | undefined;
  for (const [input, x] of inputs.entries()) {
    if (!isFloat(x.dtype)) continue;
    const data = await x.data();
    const exact = await list[input]!.data();
    const at = async (element: number, by: number): Promise<number> => {
      const moved = data.slice() as Float32Array;
      moved[element]! += by;
      const backend = x.storage("checkGradient").backend;
      const changed = fromHost(moved, x.shape, x.dtype, backend);
      return total(await f(...inputs.map((t, i) => (i === input ? changed : t))).data());
    };
    for (let element = 0; element < data.length; element++) {
      const numeric = ((await at(element, delta)) - (await at(element, -delta))) / (2 * delta);
      const tape = Number(exact[element]);
      const off = Math.abs(tape - numeric);
      if (off > difference || Number.isNaN(off)) {
        difference = off;
        worst = { input, element, tape, numeric };
      }
    }
  }
  return { difference, worst };
}
