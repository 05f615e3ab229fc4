/** Orthogonal: random rotations. */
import {
  add,
  cast,
  type DType,
  eye,
  matMul,
  mul,
  randomNormal,
  reshape,
  rsqrt,
  ShapeError,
  scan,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  transpose,
  zeros,
} from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
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
  readonly gain: number;
  constructor(options: OrthogonalOptions = {}) {
    super(options);
    this.gain = options.gain ?? 1;
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
  override getConfig(): Config {
    return configOf(this, ["gain", "seed"]);
  }
}

/**
 * An orthonormal basis of what the rows span, row by row (Gram and Schmidt): the factor Q of a QR decomposition whose R has
 * a positive diagonal. What is left of a row is made orthogonal twice, which is enough to rounding (Giraud et al. 2005).
 */
function orthonormal(rows: Tensor): Tensor {
  const [count, length] = rows.shape as [number, number];
  const [basis] = scan(
    (found: Tensor, [row, place]: readonly [Tensor, Tensor]) => {
      const rest = without(without(reshape(row, [1, length]), found), found);
      const unit = mul(rest, rsqrt(sum(square(rest))));
      return [add(found, matMul(reshape(place, [count, 1]), unit)), []];
    },
    zeros([count, length]),
    [rows, eye(count)] as const,
  );
  return basis;
}
/** A row without its projections on those of an orthonormal basis. */
const without = (row: Tensor, basis: Tensor): Tensor => sub(row, matMul(matMul(row, basis, { transposeB: true }), basis));
