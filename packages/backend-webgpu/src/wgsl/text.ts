/** Types and numbers as WGSL spells them. */
import { type DType, dtypeInfo, isFloat } from "@antler/tensor-core";

export type Type = "f32" | "i32" | "u32" | "bool";

/** What a value of a dtype is in registers; 16-bit floats are their bits there until they are widened. */
export function typeOf(dtype: DType): Type {
  if (dtype === "bool") return "bool";
  if (dtype === "float32") return "f32";
  return isFloat(dtype) || dtype.startsWith("u") ? "u32" : "i32";
}
export const bytesOf = (dtype: DType): number => dtypeInfo(dtype).bytes;

/** The least float32 that every implementation keeps as it is. */
const LEAST_NORMAL = 2 ** -126;

/** A number as a literal; what WGSL has none for is made of its bits where the shader runs: constant expressions may not be infinite or NaN. */
export function literal(value: number, type: Type): string {
  if (type === "bool") return value ? "true" : "false";
  if (type === "u32") return `${value >>> 0}u`;
  if (type === "i32") return value < 0 ? `i32(${value | 0})` : `${value | 0}i`;
  const x = Math.fround(value);
  if (Number.isFinite(x) && (x === 0 || Math.abs(x) >= LEAST_NORMAL)) return Object.is(x, -0) ? "-0f" : x < 0 ? `(${x}f)` : `${x}f`;
  const [word] = new Uint32Array(Float32Array.of(x).buffer);
  return `bitcast<f32>(zero() + ${word}u)`;
}
