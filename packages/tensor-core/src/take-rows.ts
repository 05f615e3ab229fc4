/** Rows of tensors, copied where they are: as with `tensor()`, no op runs and nothing is compiled. */
import { IndexError } from "./errors.ts";
import { makeSpec } from "./spec.ts";
import { Tensor } from "./tensor.ts";

/**
 * A copy of some places along the first axis, in this order, on the tensor's own backend. Gradients do not see it; `gather` is the op.
 * @param rows each from 0 up to, but without, the first size
 * @example
 * takeRows(tensor([[1, 2], [3, 4], [5, 6]]), Int32Array.of(2, 0)); // [[5, 6], [1, 2]]
 */
export function takeRows(x: Tensor, rows: Int32Array): Tensor {
  const storage = x.storage("takeRows");
  const [count, ...rest] = x.shape;
  for (let i = 0; i < rows.length; i++) {
    if (!(rows[i]! >= 0 && rows[i]! < (count ?? 0))) throw new IndexError("takeRows", `there is no row ${rows[i]}`, { got: [x.spec] });
  }
  const spec = makeSpec([rows.length, ...rest], x.dtype);
  return new Tensor(spec, storage.backend.take(storage, rows, spec));
}
