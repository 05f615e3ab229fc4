/** Looking at numbers where they lie. */
import { dtypeInfo, type TypedArray } from "./dtype.ts";
import { Tensor } from "./tensor.ts";
import { keep } from "./tidy.ts";

/** A handle of its own on a tensor, and the numbers themselves: to be read, never written, until the handle is disposed of. */
export interface Borrowed {
  readonly data: TypedArray;
  readonly handle: Tensor;
}
/** The numbers of a tensor without a copy, in the layout of `data()`; undefined where the backend's memory is not the host's. */
export function borrow(x: Tensor): Borrowed | undefined {
  const storage = x.storage("borrow");
  const bytes = storage.backend.view?.(storage);
  if (!bytes) return undefined;
  const data = new (dtypeInfo(x.dtype).array)(bytes.buffer as ArrayBuffer, bytes.byteOffset, x.size);
  return { data, handle: keep(new Tensor(x.spec, storage)) };
}
