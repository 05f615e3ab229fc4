/** The dtypes: one row each with its bytes, its kind and the typed array that holds it. */

export type DType =
  | "float32" | "float64" | "float16" | "bfloat16"
  | "int8" | "int16" | "int32" | "int64"
  | "uint8" | "uint16" | "uint32" | "uint64"
  | "bool" | "complex64" | "string";

export type DTypeKind = "float" | "int" | "uint" | "bool" | "complex" | "string";

/** Every typed array a tensor's elements can be handed out in. */
export type TypedArray =
  | Float32Array | Float64Array | Int8Array | Int16Array | Int32Array
  | Uint8Array | Uint16Array | Uint32Array | BigInt64Array | BigUint64Array;

interface DTypeInfo {
  readonly kind: DTypeKind;
  /** Bytes of one element in storage. */
  readonly bytes: number;
  readonly array: new (buffer: ArrayBuffer) => TypedArray;
}

const table: { readonly [D in DType]: DTypeInfo } = {
  float32: { kind: "float", bytes: 4, array: Float32Array },
  float64: { kind: "float", bytes: 8, array: Float64Array },
  float16: { kind: "float", bytes: 2, array: Uint16Array },
  bfloat16: { kind: "float", bytes: 2, array: Uint16Array },
  int8: { kind: "int", bytes: 1, array: Int8Array },
  int16: { kind: "int", bytes: 2, array: Int16Array },
  int32: { kind: "int", bytes: 4, array: Int32Array },
  int64: { kind: "int", bytes: 8, array: BigInt64Array },
  uint8: { kind: "uint", bytes: 1, array: Uint8Array },
  uint16: { kind: "uint", bytes: 2, array: Uint16Array },
  uint32: { kind: "uint", bytes: 4, array: Uint32Array },
  uint64: { kind: "uint", bytes: 8, array: BigUint64Array },
  bool: { kind: "bool", bytes: 1, array: Uint8Array },
  complex64: { kind: "complex", bytes: 8, array: Float32Array },
  string: { kind: "string", bytes: 0, array: Uint8Array },
};

export const dtypeInfo = (dtype: DType): DTypeInfo => table[dtype];
export const isDType = (name: unknown): name is DType => typeof name === "string" && Object.hasOwn(table, name);
export const isFloat = (dtype: DType): boolean => table[dtype].kind === "float";
export const isInteger = (dtype: DType): boolean => table[dtype].kind === "int" || table[dtype].kind === "uint";
/** The least and the greatest number of a dtype without fractions; of 64 bits the outermost that JavaScript numbers hold exactly. */
export function integerRange(dtype: DType): readonly [least: number, greatest: number] {
  const { kind, bytes } = table[dtype];
  if (kind === "bool") return [0, 1];
  const bits = 8 * bytes - (kind === "int" ? 1 : 0);
  return [kind === "int" ? -(2 ** bits) : 0, 2 ** bits - (bits > 53 ? 2 ** (bits - 53) : 1)];
}
export const isBig = (dtype: DType): boolean => dtype === "int64" || dtype === "uint64";
