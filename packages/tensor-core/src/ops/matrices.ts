/** Diagonals, bands and norms of matrices and vectors. */
import { type TensorLike, toTensor } from "../convert.ts";
import { ShapeError } from "../errors.ts";
import {
  abs,
  equal,
  iota,
  lessEqual,
  logicalAnd,
  max,
  min,
  mul,
  pow,
  type ReduceOptions,
  slice,
  sqrt,
  sub,
  sum,
  where,
} from "../primitives.ts";
import { known } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims } from "./arrays.ts";

/** Rows and columns of a tensor of matrices, as two tables of places. */
function tables(op: string, t: Tensor): readonly [row: Tensor, column: Tensor] {
  if (t.rank < 2) throw new ShapeError(op, "needs matrices, of rank 2 or more", { got: [t.spec] });
  const size = t.dims.slice(-2);
  return [iota(size, 0), iota(size, 1)];
}

/** Matrices with x on their diagonal and zeros elsewhere: `[…, n]` → `[…, n, n]`. */
export function diag(x: TensorLike): Tensor {
  const t = toTensor("diag", x);
  if (t.rank === 0) throw new ShapeError("diag", "needs vectors, of rank 1 or more", { got: [t.spec] });
  const n = t.dims.at(-1)!;
  return where(equal(iota([n, n], 0), iota([n, n], 1)), expandDims(t, -1), 0);
}
/** The diagonals of matrices: `[…, m, n]` → `[…, min(m, n)]`. */
export function diagPart(x: TensorLike): Tensor {
  const t = toTensor("diagPart", x);
  const [row, column] = tables("diagPart", t);
  const [m, n] = t.dims.slice(-2);
  const each = sum(where(equal(row, column), t, 0), { axis: -1 });
  if (m === n) return each;
  const size = Math.min(known("diagPart", m!), known("diagPart", n!));
  const shape = [...each.dims.slice(0, -1), size];
  // Each row holds at most one element of the diagonal; rows beyond the last column hold none.
  return slice(
    each,
    shape.map(() => 0),
    shape,
  );
}
/**
 * Matrices with zeros outside a band: what is kept lies at most `lower` below the diagonal and `upper` above; negative numbers keep all.
 * @example
 * bandPart(ones([3, 3]), -1, 0); // the lower triangle
 */
export function bandPart(x: TensorLike, lower: number, upper: number): Tensor {
  const t = toTensor("bandPart", x);
  const [row, column] = tables("bandPart", t);
  const sides = [...(lower < 0 ? [] : [lessEqual(sub(row, column), lower)]), ...(upper < 0 ? [] : [lessEqual(sub(column, row), upper)])];
  return sides.length ? where(sides.reduce(logicalAnd), t, 0) : t;
}

export interface NormOptions extends ReduceOptions {
  /** p of `(Σ|x|ᵖ)^(1/p)`; ∞ is the largest magnitude, −∞ the smallest. Default 2. */
  readonly ord?: number | undefined;
}
/** The p-norm over axes; over all of x when they are absent. */
export function norm(x: TensorLike, { ord = 2, ...over }: NormOptions = {}): Tensor {
  const t = toTensor("norm", x);
  if (ord === 2) return sqrt(sum(mul(t, t), over));
  const size = abs(t);
  if (ord === 1) return sum(size, over);
  if (!Number.isFinite(ord)) return ord > 0 ? max(size, over) : min(size, over);
  return pow(sum(pow(size, ord), over), 1 / ord);
}
