/** What is selected by data: the size of the result is known once the data are, so these wait for them, and cannot be traced. */
import { type TensorLike, toTensor } from "../convert.ts";
import { tensor } from "../creation.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { gather } from "../gather.ts";
import { reshape } from "../primitives.ts";
import { elements, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The flat places where a mask holds. */
async function placesIn(op: string, mask: Tensor): Promise<number[]> {
  if (mask.dtype !== "bool") throw new DTypeError(op, "the mask must be bool", { got: [mask.spec] });
  return [...(await mask.data())].flatMap((v, i) => (v ? [i] : []));
}

/**
 * The coordinates at which a mask holds, in order, as int32 `[count, rank]`.
 * @example
 * await whereAsync(tensor([true, false, true])); // [[0], [2]]
 */
export async function whereAsync(condition: TensorLike): Promise<Tensor> {
  const t = toTensor("whereAsync", condition);
  const places = await placesIn("whereAsync", t);
  const strides = t.shape.map((_, k) => elements(t.shape.slice(k + 1)));
  const coordinates = places.flatMap((p) => t.shape.map((d, k) => Math.floor(p / strides[k]!) % d));
  return tensor(new Int32Array(coordinates), [places.length, t.rank]);
}

/**
 * The elements or slices of x at which a mask holds.
 * @param mask bool, as large as x along its axes from `axis` on
 * @returns x with those axes replaced by one, of the count
 * @example
 * await booleanMaskAsync(tensor([1, 2, 3]), tensor([true, false, true])); // [1, 3]
 */
export async function booleanMaskAsync(x: TensorLike, mask: TensorLike, axis = 0): Promise<Tensor> {
  const [t, m] = [toTensor("booleanMaskAsync", x), toTensor("booleanMaskAsync", mask)];
  const at = normalizeAxis("booleanMaskAsync", axis, t.rank);
  if (m.rank === 0 || m.shape.some((d, k) => d !== t.shape[at + k]))
    throw new ShapeError("booleanMaskAsync", `the mask does not fit x from axis ${at} on`, { got: [t.spec, m.spec] });
  const places = await placesIn("booleanMaskAsync", m);
  const flat = reshape(t, [...t.shape.slice(0, at), elements(m.shape), ...t.shape.slice(at + m.rank)]);
  return gather(flat, tensor(new Int32Array(places)), at);
}
