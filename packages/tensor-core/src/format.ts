/** Numbers as nested arrays and as text. */
import type { DType, TypedArray } from "./dtype.ts";
import { elements } from "./shape.ts";

export type NestedArray = number | boolean | bigint | NestedArray[];

/** The element as JavaScript sees it: a 16-bit float decoded, a bool as boolean. */
function decoder(data: TypedArray, dtype: DType): (i: number) => number | boolean | bigint {
  if (dtype === "bool") return (i) => data[i] !== 0;
  if (dtype === "float16") return (i) => fromFloat16(data[i] as number);
  if (dtype === "bfloat16") return (i) => fromBFloat16(data[i] as number);
  return (i) => data[i]!;
}

const scratch = new DataView(new ArrayBuffer(4));
const fromBFloat16 = (bits: number): number => {
  scratch.setUint32(0, bits * 65536);
  return scratch.getFloat32(0);
};
const fromFloat16 = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
};

export function nest(data: TypedArray, shape: readonly number[], dtype: DType): NestedArray {
  const at = decoder(data, dtype);
  let i = 0;
  const level = (axis: number): NestedArray =>
    axis === shape.length ? at(i++) : Array.from({ length: shape[axis]! }, () => level(axis + 1));
  return level(0);
}

/** Axes longer than this show their ends only. */
const LONG = 8;
const EDGE = 3;

export function formatTensor(data: TypedArray, shape: readonly number[], dtype: DType): string {
  const at = decoder(data, dtype);
  const show = (x: number | boolean | bigint): string =>
    typeof x === "number" && dtype.includes("float") && Number.isFinite(x) ? `${+x.toPrecision(7)}` : `${x}`;
  const level = (axis: number, offset: number, indent: string): string => {
    if (axis === shape.length) return show(at(offset));
    const n = shape[axis]!;
    const stride = elements(shape.slice(axis + 1));
    const last = axis === shape.length - 1;
    const item = (i: number): string => level(axis + 1, offset + i * stride, `${indent} `);
    const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => item(from + i));
    const items = n > LONG ? [...range(0, EDGE), "...", ...range(n - EDGE, n)] : range(0, n);
    return `[${items.join(last ? ", " : `,\n${indent} `)}]`;
  };
  return `Tensor(${level(0, 0, "       ")}, shape=[${shape.join(", ")}], dtype=${dtype})`;
}
