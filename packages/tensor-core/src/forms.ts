/** What elementwise ops are told and checked with: the types of their public functions, and the dtypes they take. */
import type { TensorLike } from "./convert.ts";
import { type DType, isFloat, isInteger } from "./dtype.ts";
import { DTypeError } from "./errors.ts";
import { cast, type Expr } from "./scalar.ts";
import type { Spec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";

export type Unary = (x: TensorLike) => Tensor;
export type Binary = (x: TensorLike, y: TensorLike) => Tensor;

/** Which dtypes an op takes. */
export type Takes = "any" | "number" | "float" | "int" | "bool";
const takes: { readonly [T in Takes]: (d: DType) => boolean } = {
  any: (d) => d !== "string",
  number: (d) => d !== "bool" && d !== "string",
  float: isFloat,
  int: isInteger,
  bool: (d) => d === "bool",
};
export function check(op: string, specs: readonly Spec[], kind: Takes): void {
  for (const s of specs) {
    if (!takes[kind](s.dtype)) {
      throw new DTypeError(op, `takes ${kind === "number" ? "numbers" : kind}, not ${s.dtype}`, {
        got: specs,
        hint: "Convert with cast().",
      });
    }
  }
}

/** What `unary` is told beside the element's expression. */
export interface UnaryOptions {
  readonly takes?: Takes;
  readonly gives?: DType;
  readonly grad?: (dy: Tensor, x: Tensor, y: Tensor) => Tensor | null;
}
/** The same for `binary`. */
export interface BinaryOptions {
  readonly takes?: Takes;
  readonly gives?: DType;
  readonly grad?: (dy: Tensor, x: Tensor, y: Tensor, z: Tensor) => readonly [Tensor | null, Tensor | null];
}

/** How `sum`, and nothing else, finishes: it is known by this. */
export const finishSum = ([total]: readonly Expr[], _attrs: unknown, [x]: readonly Spec[]): readonly Expr[] => [cast(total!, x!.dtype)];
