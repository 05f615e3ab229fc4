/** How much a config may ask for: while a file is read, its layers together may not make more weights than the file can fill. */
import { type DType, dtypeInfo, elements, FormatError } from "@antler/tensor-core";

let left: number | undefined;

/** Runs `fn`; layers built meanwhile may make weights of so many bytes altogether, before any memory is taken. */
export function withWeightBudget<T>(bytes: number, fn: () => T): T {
  const before = left;
  left = Math.min(bytes, before ?? Number.POSITIVE_INFINITY);
  try {
    return fn();
  } finally {
    left = before;
  }
}

/** @throws FormatError where the weight is more than what is left */
export function spendOnWeight(name: string, shape: readonly number[], dtype: DType): void {
  if (left === undefined) return;
  left -= elements(shape) * dtypeInfo(dtype).bytes;
  if (left >= 0) return;
  throw new FormatError("loadModel", `the config asks for more weights than the file holds, at "${name}"`, { got: [{ shape, dtype }] });
}
