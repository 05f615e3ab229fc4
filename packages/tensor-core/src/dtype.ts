/** The dtypes: one row each with its bytes, its kind and the typed array that holds it. */

export type DType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool"
  | "complex64"
  | "string";

export type DTypeKind = "float" | "int" | "uint" | "bool" | "complex" | "string";

/** Every typed array a tensor's elements can be handed out in. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

interface DTypeInfo {
  readonly kind: DTypeKind;
  /** Bytes of one element in storage. */
  readonly bytes: number;
  readonly array: new (buffer: ArrayBuffer) => TypedArray;
}

/* @__NO_SIDE_EFFECTS__ */
const row = (
  kind: DTypeKind,
  array: DTypeInfo["array"] & { readonly BYTES_PER_ELEMENT: number },
  bytes: number = array.BYTES_PER_ELEMENT,
): DTypeInfo => ({ kind, bytes, array });

/** Of the dtypes with one kind of array, the one whose numbers it holds comes first. */
const table: { readonly [D in DType]: DTypeInfo } = {
  float32: row("float", Float32Array),
  float64: row("float", Float64Array),
  int8: row("int", Int8Array),
  int16: row("int", Int16Array),
  int32: row("int", Int32Array),
  int64: row("int", BigInt64Array),
  uint8: row("uint", Uint8Array),
  uint16: row("uint", Uint16Array),
  uint32: row("uint", Uint32Array),
  uint64: row("uint", BigUint64Array),
  float16: row("float", Uint16Array),
  bfloat16: row("float", Uint16Array),
  bool: row("bool", Uint8Array),
  complex64: row("complex", Float32Array, 8),
  string: row("string", Uint8Array, 0),
};

export const dtypeInfo = (dtype: DType): DTypeInfo => table[dtype];
export const isDType = (name: unknown): name is DType => typeof name === "string" && Object.hasOwn(table, name);
/** The dtype that a typed array holds, or one of its kind. By name: an array may come from a window or a test with classes of its own. */
export function dtypeOf(array: TypedArray | Uint8ClampedArray): DType {
  const name = array[Symbol.toStringTag].replace("Clamped", "");
  return (Object.keys(table) as DType[]).find((d) => table[d].array.name === name)!;
}
export const isFloat = (dtype: DType): boolean => table[dtype].kind === "float";
export const isInteger = (dtype: DType): boolean => table[dtype].kind.endsWith("int");
/** What holds the same numbers in at least 32 bits, so that backends need fewer kernels. */
export const roomy = (dtype: DType): DType =>
  table[dtype].bytes > 3 ? dtype : isFloat(dtype) ? "float32" : isInteger(dtype) ? "int32" : dtype;
/** The least and the greatest number of a dtype without fractions; of 64 bits the outermost that JavaScript numbers hold exactly. */
export function integerRange(dtype: DType): readonly [least: number, greatest: number] {
  const { kind, bytes } = table[dtype];
  if (kind === "bool") return [0, 1];
  const bits = 8 * bytes - (kind === "int" ? 1 : 0);
  return [kind === "int" ? -(2 ** bits) : 0, 2 ** bits - (bits > 53 ? 2 ** (bits - 53) : 1)];
}
export const isBig = (dtype: DType): boolean => dtype.endsWith("int64");
