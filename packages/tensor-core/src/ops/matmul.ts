/** Matrix products. */
import { type TensorLike, toTensor } from "../convert.ts";
import { apply, sameDType } from "../dispatch.ts";
import { ShapeError } from "../errors.ts";
import type { Op } from "../op.ts";
import { mul, reshape, sum, transpose } from "../primitives.ts";
import { broadcastShapes, type Dim, isKnown, known, type Shape, showDim } from "../shape.ts";
import { makeSpec, type Spec } from "../spec.ts";
import type { Tensor } from "../tensor.ts";

export interface MatMulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The sizes of a product: batch axes, rows, inner and columns. */
export function matMulSizes([a, b]: readonly Spec[], { transposeA, transposeB }: MatMulAttrs): { m: Dim; k: Dim; n: Dim } {
  const [x, y] = [a!.shape.slice(-2), b!.shape.slice(-2)];
  return { m: x[transposeA ? 1 : 0]!, k: x[transposeA ? 0 : 1]!, n: y[transposeB ? 0 : 1]! };
}

const swapLast = (x: Tensor): Tensor => transpose(x, [...x.dims.map((_, i) => i).slice(0, -2), x.rank - 1, x.rank - 2]);

/** All rows as one matrix. */
const flatRows = (x: Tensor): Tensor => reshape(x, [-1, x.dims.at(-1)!]);
/** Whether the number of all rows can be told: it is no product of unknown sizes. */
const countsRows = ({ shape }: { readonly shape: Shape }): boolean => shape.slice(0, -1).filter((d) => !isKnown(d)).length < 2;
/** `Σ AᵢᵀBᵢ`: one product of all rows of the A and all rows of the B. */
const sumOfProducts = ([a, b]: readonly Tensor[]): Tensor => matMul(flatRows(a!), flatRows(b!), { transposeA: true });

export const matMulOp: Op<MatMulAttrs> = {
  name: "matMul",
  infer(inputs, attrs) {
    const [a, b] = inputs as [Spec, Spec];
    sameDType("matMul", inputs);
    if (a.shape.length < 2 || b.shape.length < 2) throw new ShapeError("matMul", "both inputs must have rank 2 or more", { got: inputs });
    const { m, k, n } = matMulSizes(inputs, attrs);
    const inner = b.shape.at(attrs.transposeB ? -1 : -2)!;
    if (k !== inner) {
      throw new ShapeError("matMul", `the inner sizes ${showDim(k)} and ${showDim(inner)} differ`, {
        got: inputs,
        hint: k === n ? "Transpose the second input (transposeB)?" : undefined,
      });
    }
    return [makeSpec([...broadcastShapes("matMul", [a.shape.slice(0, -2), b.shape.slice(0, -2)]), m, n], a.dtype)];
  },
  vjp([dy], [a, b], _y, { transposeA, transposeB }) {
    const da = transposeA ? matMul(b!, dy!, { transposeA: transposeB, transposeB: true }) : matMul(dy!, b!, { transposeB: !transposeB });
    // Every row of the left operand meets the same matrix: one product, not a sum of one for each batch item.
    if (!transposeA && a!.rank > 2 && b!.rank === 2 && countsRows(a!.spec)) return [da, sumOfProducts(transposeB ? [dy!, a!] : [a!, dy!])];
    const db = transposeB ? matMul(dy!, a!, { transposeA: true, transposeB: transposeA }) : matMul(a!, dy!, { transposeA: !transposeA });
    return [da, db];
  },
  sumOfMany: (stacked, { transposeA, transposeB }) =>
    transposeA && !transposeB && stacked.every((x) => x.shape.length === 3 && countsRows(x)) ? sumOfProducts : undefined,
  how: {
    kind: "composite",
    expand([a, b], { transposeA, transposeB }) {
      const left = transposeA ? swapLast(a!) : a!;
      const right = transposeB ? swapLast(b!) : b!;
      const x = reshape(left, [...left.dims, 1]);
      const y = reshape(right, [...right.dims.slice(0, -2), 1, ...right.dims.slice(-2)]);
      return [sum(mul(x, y), { axis: -2 })];
    },
  },
};

/**
 * The matrix product of the last two axes; the axes before broadcast.
 * @param a `[..., m, k]`, or `[..., k, m]` with `transposeA`
 * @param b `[..., k, n]`, or `[..., n, k]` with `transposeB`
 * @returns `[..., m, n]`
 * @example
 * matMul(tensor([[1, 2]]), tensor([[3], [4]])); // [[11]]
 */
export function matMul(a: TensorLike, b: TensorLike, options: Partial<MatMulAttrs> = {}): Tensor {
  return apply(matMulOp, [toTensor("matMul", a), toTensor("matMul", b)], {
    transposeA: options.transposeA ?? false,
    transposeB: options.transposeB ?? false,
  });
}

/** The inner product of two vectors. */
export const dot = (a: TensorLike, b: TensorLike): Tensor => sum(mul(a, b));

/** The outer product of two vectors. */
export const outerProduct = (a: TensorLike, b: TensorLike): Tensor => {
  const [x, y] = [toTensor("outerProduct", a), toTensor("outerProduct", b)];
  return mul(reshape(x, [known("outerProduct", x.dims[0]!), 1]), y);
};
