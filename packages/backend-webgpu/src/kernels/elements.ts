/** Arrays of floats as shaders read them: one at a time, or four neighbours at once; 16-bit floats are widened on the way. */
import type { DType } from "@antler/tensor-core";
import type { View } from "../device/blocks.ts";
import type { Reach, Slot } from "../wgsl/memory.ts";
import { bytesOf } from "../wgsl/text.ts";

/** Floats somewhere in memory. */
export interface Elements {
  readonly view: View;
  readonly dtype: DType;
  /** Whether they are read four at a time; the first of those is at a multiple of four. */
  readonly wide: boolean;
}
/** Texts that read elements at an i32, and declarations they need. */
export interface Reader {
  one(index: string): string;
  four(index: string): string;
  readonly declarations: string;
}
/** What elements are once they are read: float16 may stay what it is, until it is multiplied. */
export type Kept = "f32" | "f16";

/**
 * Elements that are read four at a time if they lie so.
 * @param steps the distances, from one four to others, that the shader goes
 */
export function elements(view: View, dtype: DType, steps: readonly number[]): Elements {
  const whole = view.offset % (4 * bytesOf(dtype)) === 0 && view.block.bytes % 16 === 0;
  return { view, dtype, wide: whole && steps.every((n) => n % 4 === 0) };
}

/** 16-bit floats that are read four at a time are read as two words. */
export const slotOf = ({ dtype, wide }: Elements): Slot =>
  bytesOf(dtype) === 4 ? { dtype, access: "read", wide } : { dtype: wide ? "uint32" : dtype, access: "read" };

/** Reads the elements that a slot was made for. */
export function readerOf({ dtype, wide }: Elements, slot: number, { load, load4 }: Reach, kept: Kept = "f32"): Reader {
  if (bytesOf(dtype) === 4) return { one: (i) => load(slot, i), four: (i) => load4(slot, i), declarations: "" };
  const name = `halves${slot}`;
  if (wide) {
    const words = `let a = ${load(slot, "i / 2i")}; let b = ${load(slot, "i / 2i + 1i")};`;
    const declarations = `fn ${name}(i: i32) -> vec4<${kept}> { ${words} return ${fourOf(dtype, kept)}; }`;
    return { one: (i) => `${name}(${i})[0]`, four: (i) => `${name}(${i})`, declarations };
  }
  const one = (i: string): string =>
    dtype === "bfloat16"
      ? `bitcast<f32>(${load(slot, i)} << 16u)`
      : kept === "f16"
        ? `bitcast<vec2<f16>>(${load(slot, i)}).x`
        : `unpack2x16float(${load(slot, i)}).x`;
  return { one, four: (i) => `vec4<${kept}>(${[0, 1, 2, 3].map((n) => one(`${i} + ${n}i`)).join(", ")})`, declarations: "" };
}
function fourOf(dtype: DType, kept: Kept): string {
  if (dtype === "bfloat16") return "bitcast<vec4f>(vec4u(a << 16u, a & 0xffff0000u, b << 16u, b & 0xffff0000u))";
  return kept === "f16" ? "bitcast<vec4<f16>>(vec2u(a, b))" : "vec4f(unpack2x16float(a), unpack2x16float(b))";
}
