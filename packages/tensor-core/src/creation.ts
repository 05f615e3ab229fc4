/** Tensors from data. */
import type { Backend } from "./backend.ts";
import { checkDType } from "./capability.ts";
import { type DType, dtypeInfo, dtypeOf, isBig, isDType, type TypedArray } from "./dtype.ts";
import { DTypeError, ShapeError, ValueError } from "./errors.ts";
import type { NestedArray } from "./format.ts";
import { isHalf, toBits } from "./half.ts";
import { referenceBackend } from "./reference/backend.ts";
import { getBackend, setFallback } from "./registry.ts";
import { elements } from "./shape.ts";
import { makeSpec } from "./spec.ts";
import { Tensor } from "./tensor.ts";
import { Variable, type VariableOptions } from "./variable.ts";

/** What tensors are made of: numbers, booleans, (nested) arrays of them, or a typed array. */
export type TensorData = TypedArray | Uint8ClampedArray | NestedArray | readonly TensorData[];

setFallback(referenceBackend);

/**
 * A tensor from data.
 * @param data a number or boolean, a nested array (whose nesting is the shape), or a typed array
 * @param shape its sizes; inferred from nesting when absent; a typed array without a shape is a vector
 * @param dtype when absent: bool for booleans, the typed array's own, otherwise float32
 * @throws ShapeError where the numbers do not fill the shape or the nesting is uneven
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor(new Int32Array([1, 2, 3, 4]), [2, 2]);
 */
export function tensor(data: TensorData, shape?: readonly number[], dtype?: DType): Tensor {
  if (dtype !== undefined && !isDType(dtype)) throw new DTypeError("tensor", `"${String(dtype)}" is no dtype`);
  const nested = ArrayBuffer.isView(data) ? [data.length] : nesting(data);
  const type = dtype ?? guess(data);
  const sizes = shape ?? nested;
  const flat: ArrayLike<unknown> = ArrayBuffer.isView(data) ? data : Array.isArray(data) ? flatten(data) : [data];
  if (sizes.some((d) => !Number.isSafeInteger(d) || d < 0) || elements(sizes) !== flat.length) {
    throw new ShapeError("tensor", `${flat.length} numbers do not fill the shape`, { got: [{ shape: sizes, dtype: type }] });
  }
  return fromHost(encode(flat, type), sizes, type, getBackend());
}

/** A tensor of bytes that are in the dtype's layout already. */
export function fromHost(host: TypedArray | Uint8Array, shape: readonly number[], dtype: DType, backend: Backend): Tensor {
  const spec = makeSpec(shape, dtype);
  checkDType("tensor", spec, backend);
  return new Tensor(spec, backend.store(new Uint8Array(host.buffer, host.byteOffset, host.byteLength), spec));
}

const flatten = (data: readonly unknown[]): unknown[] =>
  data.flatMap((x) => (Array.isArray(x) ? flatten(x) : ArrayBuffer.isView(x) ? [...(x as Float32Array)] : [x]));

function guess(data: TensorData): DType {
  if (ArrayBuffer.isView(data)) return dtypeOf(data);
  let first: unknown = data;
  while (Array.isArray(first)) first = first[0];
  return ArrayBuffer.isView(first)
    ? guess(first as TypedArray)
    : typeof first === "boolean"
      ? "bool"
      : typeof first === "bigint"
        ? "int64"
        : "float32";
}
function nesting(data: TensorData): number[] {
  if (!Array.isArray(data)) return ArrayBuffer.isView(data) ? [data.length] : [];
  const inner = data.length ? nesting(data[0] as TensorData) : [];
  for (const x of data) {
    const other = nesting(x as TensorData);
    if (other.length !== inner.length || other.some((d, i) => d !== inner[i])) {
      throw new ShapeError("tensor", "the nested arrays are uneven", { got: [{ shape: inner }, { shape: other }] });
    }
  }
  return [data.length, ...inner];
}

/** Numbers in the storage layout of a dtype. */
function encode(values: ArrayLike<unknown>, dtype: DType): TypedArray {
  if (dtype === "string" || dtype === "complex64") throw new DTypeError("tensor", `makes no ${dtype} of numbers`);
  const { array, bytes } = dtypeInfo(dtype);
  if (values instanceof array && values.constructor === array && dtype !== "bool") return values as TypedArray;
  const out = new array(new ArrayBuffer(values.length * bytes));
  const convert = converter(dtype);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (typeof v !== "number" && typeof v !== "boolean" && typeof v !== "bigint")
      throw new ValueError("tensor", `element ${i} is ${v === null ? "null" : typeof v}, not a number`);
    out[i] = convert(v) as never;
  }
  return out;
}
function converter(dtype: DType): (v: number | boolean | bigint) => number | bigint {
  if (isBig(dtype)) return (v) => (typeof v === "bigint" ? v : BigInt(v));
  if (dtype === "bool") return (v) => (v ? 1 : 0);
  if (isHalf(dtype)) return (v) => toBits(Number(v), dtype);
  return Number;
}

export const scalar = (value: number | boolean, dtype?: DType): Tensor => tensor(value, [], dtype);

/**
 * A variable from a tensor or from data.
 * @example
 * const w = variable([[1, 2], [3, 4]], { name: "w" });
 */
export function variable(initial: Tensor | TensorData, options: VariableOptions & { readonly dtype?: DType } = {}): Variable {
  if (initial instanceof Tensor) return new Variable(initial, options);
  const t = tensor(initial, undefined, options.dtype);
  const v = new Variable(t, options);
  t.dispose();
  return v;
}

/** A copy of a tensor on another backend. */
export async function moveTo(x: Tensor, backend: Backend): Promise<Tensor> {
  const s = x.storage("moveTo");
  return fromHost(await s.backend.read(s), s.spec.shape, s.spec.dtype, backend);
}
