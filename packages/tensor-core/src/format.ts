/** Numbers as nested arrays and as text. */
import type { DType, TypedArray } from "./dtype.ts";
import { fromBits, isHalf } from "./half.ts";

export type NestedArray = number | boolean | bigint | NestedArray[];

/** The elements as JavaScript sees them: 16-bit floats decoded, bools as booleans. */
export function decode(data: TypedArray, dtype: DType): ArrayLike<number | boolean | bigint> {
  if (dtype === "bool") return Array.from(data as Uint8Array, Boolean);
  if (isHalf(dtype)) return Array.from(data as Uint16Array, (bits) => fromBits(bits, dtype));
  return data;
}

export function nest(data: TypedArray, shape: readonly number[], dtype: DType): NestedArray {
  const plain = decode(data, dtype);
  let i = 0;
  const level = (axis: number): NestedArray =>
    axis === shape.length ? plain[i++]! : Array.from({ length: shape[axis]! }, () => level(axis + 1));
  return level(0);
}

/** Axes longer than this show their ends only. */
const LONG = 8;
const EDGE = 3;

export function formatTensor(data: TypedArray, shape: readonly number[], dtype: DType): string {
  const show = (x: NestedArray | string, indent: string): string => {
    if (!Array.isArray(x)) return `${typeof x === "number" && x % 1 ? +x.toPrecision(7) : x}`;
    const parts = x.length > LONG ? [...x.slice(0, EDGE), "...", ...x.slice(-EDGE)] : x;
    return `[${parts.map((y) => show(y, `${indent} `)).join(Array.isArray(x[0]) ? `,\n${indent} ` : ", ")}]`;
  };
  return `Tensor(${show(nest(data, shape, dtype), "       ")}, shape=[${shape.join(", ")}], dtype=${dtype})`;
}
