/** Orthogonal: random rotations. */
import {
  cast,
  concat,
  type DType,
  matMul,
  mul,
  randomNormal,
  reshape,
  rsqrt,
  ShapeError,
  split,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  transpose,
} from "@antler/tensor-core";
import { RandomInitializer, type SeedOptions } from "./initializer.ts";

export interface OrthogonalOptions extends SeedOptions {
  /** What the matrix is multiplied with. Default 1. */
  readonly gain?: number | undefined;
}

/**
 * A matrix with orthonormal columns, or rows where it has fewer of them; of more than two axes all but the last are one
 * (Saxe et al. 2014, https://openreview.net/forum?id=_wzZwKpTDF_9C).
 */
export class Orthogonal extends RandomInitializer {
  declare readonly gain: number;
  constructor(options: OrthogonalOptions = {}) {
    super(options);
    this.take(options, { gain: 1 });
  }
  override get className(): string {
    return "Orthogonal";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    if (shape.length < 2) throw new ShapeError("Orthogonal", "makes tensors of two or more axes", { got: [{ shape }] });
    const columns = shape.at(-1)!;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    return tidy(() => {
      const drawn = randomNormal([Math.max(rows, columns), Math.min(rows, columns)], { seed: this.key });
      const basis = orthonormal(transpose(drawn));
      return cast(mul(reshape(rows < columns ? basis : transpose(basis), shape), this.gain), dtype);
    });
  }
}

/**
 * An orthonormal basis of what the rows span, row by row (Gram and Schmidt): the factor Q of a QR decomposition whose R has
 * a positive diagonal. The second half is made orthogonal to the first before and, to get rid of rounding, after it is
 * made orthogonal in itself.
 */
function orthonormal(rows: Tensor): Tensor {
  const count = rows.shape[0]!;
  if (count < 2) return mul(rows, rsqrt(sum(square(rows))));
  const half = count >> 1;
  const [first, second] = split(rows, [half, count - half]) as [Tensor, Tensor];
  const basis = orthonormal(first);
  return concat([basis, without(orthonormal(without(second, basis)), basis)]);
}
/** Rows without their projections on those of an orthonormal basis. */
const without = (rows: Tensor, basis: Tensor): Tensor => sub(rows, matMul(matMul(rows, basis, { transposeB: true }), basis));
