/** Comparing numbers with computed tolerances: k · ε · Σ|terms|, never a number chosen to pass. */
import { type DType, isFloat } from "../dtype.ts";
import type { Expected } from "./host.ts";
import type { TypedHost } from "./values.ts";

export interface Tolerance {
  /** How many roundings of the scale an implementation may be off. */
  readonly k: number;
  /** Where k comes from. */
  readonly why: string;
}
/** No arithmetic, or arithmetic without rounding. */
export const exact: Tolerance = { k: 0, why: "nothing is rounded" };
/** One IEEE operation, correctly rounded to half a unit; one further for a device that contracts or approximates it. */
export const oneRounding: Tolerance = { k: 1, why: "one correctly rounded operation is off by ε/2; a fused neighbour by as much again" };

/** The distance from 1 to the next number; 0 for integers, which are exact. */
export const epsilon = (dtype: DType): number =>
  !isFloat(dtype) ? 0 : dtype === "float64" ? 2 ** -52 : dtype === "float16" ? 2 ** -10 : dtype === "bfloat16" ? 2 ** -7 : 2 ** -23;
/** Devices may take smaller numbers for 0. */
const smallest = (dtype: DType): number =>
  !isFloat(dtype) ? 0 : dtype === "float64" ? 2 ** -1022 : dtype === "float16" ? 2 ** -14 : 2 ** -126;
const largest = (dtype: DType): number =>
  dtype === "float16" ? 65504 : dtype === "bfloat16" ? 3.3895e38 : dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;

/** How far `got` may be from `want`. */
export const allowance = (k: number, dtype: DType, scale: number): number => k * epsilon(dtype) * scale + (k > 0 ? k * smallest(dtype) : 0);

/** The first difference beyond the tolerance, in words; undefined where there is none. */
export function difference(got: TypedHost, want: Expected, { k, why }: Tolerance): string | undefined {
  if (got.shape.length !== want.shape.length || got.shape.some((d, i) => d !== want.shape[i])) {
    return `the shape is [${got.shape.join(", ")}], expected [${want.shape.join(", ")}]`;
  }
  for (let i = 0; i < want.data.length; i++) {
    const [g, w] = [got.data[i]!, want.data[i]!];
    if (Object.is(g, w) || g === w || (Number.isNaN(g) && Number.isNaN(w))) continue;
    if (isFloat(got.dtype) && Math.abs(w) > largest(got.dtype) && g === Math.sign(w) * Number.POSITIVE_INFINITY) continue;
    const off = Math.abs(g - w);
    const may = !Number.isFinite(w) ? 0 : allowance(k, got.dtype, want.scale?.[i] ?? Math.abs(w));
    if (!(off <= may))
      return `element ${i} of ${got.dtype}[${got.shape.join(", ")}] is ${g}, expected ${w}: off by ${off}, allowed ${may} (k = ${k}: ${why})`;
  }
  return undefined;
}

/** Throws where two results differ beyond the tolerance. */
export function expectClose(what: string, got: TypedHost, want: Expected, tolerance: Tolerance): void {
  const wrong = difference(got, want, tolerance);
  if (wrong) throw new Error(`${what}: ${wrong}`);
}
