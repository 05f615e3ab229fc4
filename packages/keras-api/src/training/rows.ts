/** Training data row by row: on the host, or where a tensor has it. Batches are copied from it, so that no op runs to cut them out. */
import {
  type DType,
  dtypeInfo,
  dtypeOf,
  elements,
  getBackend,
  keep,
  ShapeError,
  showShape,
  Tensor,
  type TensorData,
  type TypedArray,
  ValueError,
} from "@antler/tensor-core";

/** Data for training: a tensor, nested arrays, or a typed array (one number a row). */
export type Data = Tensor | TensorData;

/** Samples of one shape, one after the other. */
interface Samples {
  readonly dtype: DType;
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly count: number;
}
/** Samples in the host's memory. */
export interface Rows extends Samples {
  readonly data: TypedArray;
}
/** Samples that stay in a tensor. */
export interface Resident extends Samples {
  /** A handle of its own: the given one may be disposed of meanwhile. */
  readonly tensor: Tensor;
  /** Which of its rows is the first. */
  readonly first: number;
}
export type Column = Rows | Resident;

/** @param what the argument, for errors */
export const rowsOf = async (what: string, x: Data): Promise<Rows> =>
  x instanceof Tensor ? split(what, await x.data(), x.shape, x.dtype) : hostRows(what, x);

/** As `rowsOf`, where tensors can be read at once. */
export const rowsOfSync = (what: string, x: Data): Rows =>
  x instanceof Tensor ? split(what, x.dataSync(), x.shape, x.dtype) : hostRows(what, x);

/** Rows shorter than this are copied on the host, where that takes less than telling a device which ones. */
const LEAST_BYTES = 256;

/** The rows of a tensor that can stay where they are; undefined for all else. */
export function residentRows(what: string, x: Data): Resident | undefined {
  if (!(x instanceof Tensor)) return undefined;
  const storage = x.storage(what);
  const { backend } = storage;
  const { bytes } = dtypeInfo(x.dtype);
  const { shape, count } = rowShape(what, x.shape);
  const isShort = backend.capabilities.synchronousReads && bytes * elements(shape) < LEAST_BYTES;
  // Models compute in float32 and int32.
  if (isShort || bytes > 4 || backend !== getBackend()) return undefined;
  return { tensor: keep(new Tensor(x.spec, storage)), first: 0, dtype: x.dtype, shape, count };
}

/** Arrays need no way through a device. */
function hostRows(what: string, x: TensorData): Rows {
  if (ArrayBuffer.isView(x)) return split(what, x as TypedArray, [x.length], dtypeOf(x as TypedArray));
  const shape = nesting(x);
  const data = new Float32Array(new ArrayBuffer(4 * elements(shape)));
  let at = 0;
  const copy = (part: TensorData, axis: number): void => {
    const isRow = Array.isArray(part) || ArrayBuffer.isView(part);
    if (isRow !== axis < shape.length || (isRow && part.length !== shape[axis])) {
      throw new ShapeError(what, `the nested arrays are uneven: not every part has the shape of the first, ${showShape(shape)}`);
    }
    if (isRow) for (const item of part as readonly TensorData[]) copy(item, axis + 1);
    else {
      data[at] = numberOf(what, part, at);
      at++;
    }
  };
  copy(x, 0);
  return split(what, data, shape, "float32");
}
function numberOf(what: string, x: unknown, at: number): number {
  if (typeof x === "number" || typeof x === "boolean" || typeof x === "bigint") return Number(x);
  const found = typeof x === "string" ? `the string "${x}"` : x === null ? "null" : typeof x;
  const hint = typeof x === "string" ? "Models take numbers: give each string one of its own." : undefined;
  throw new ValueError(what, `element ${at} of the data is ${found}, not a number`, { hint });
}
/** The sizes along the first elements. */
const nesting = (x: TensorData): number[] =>
  Array.isArray(x) || ArrayBuffer.isView(x) ? [x.length, ...nesting((x[0] as TensorData) ?? 0)] : [];

const split = (what: string, data: TypedArray, shape: readonly number[], dtype: DType): Rows => ({
  ...narrow(what, data, dtype),
  ...rowShape(what, shape),
});
function rowShape(what: string, shape: readonly number[]): Pick<Samples, "shape" | "count"> {
  if (shape.length === 0) throw new ShapeError(what, "needs samples along a first axis, not a single number");
  const [count, ...rest] = shape as readonly [number, ...number[]];
  return { shape: rest, count };
}
/** Models compute in float32 and int32. */
function narrow(what: string, data: TypedArray, dtype: DType): { data: TypedArray; dtype: DType } {
  if (dtype === "float64") return { data: Float32Array.from(data as Float64Array), dtype: "float32" };
  if (dtype !== "int64" && dtype !== "uint64") return { data, dtype };
  const small = Int32Array.from(data as BigInt64Array, Number);
  const wrong = small.findIndex((v, i) => BigInt(v) !== data[i]);
  if (wrong >= 0) throw new ValueError(what, `${data[wrong]} does not fit int32`);
  return { data: small, dtype: "int32" };
}

/** Rows from `begin` up to but without `end`; the numbers are shared. */
export function section(column: Column, begin: number, end: number): Column {
  const count = end - begin;
  if ("tensor" in column) return { ...column, first: column.first + begin, count };
  const size = elements(column.shape);
  return { ...column, data: column.data.subarray(begin * size, end * size) as TypedArray, count };
}

/** A typed array of a dtype, all zero. */
export function allocate(dtype: DType, length: number): TypedArray {
  const { array, bytes } = dtypeInfo(dtype);
  return new array(new ArrayBuffer(length * bytes));
}
