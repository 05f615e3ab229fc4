/** A penalty on rows or columns that are not orthogonal to each other. */
import { abs, eye, l2Normalize, matMul, mul, ShapeError, sub, sum, type Tensor } from "@antler/tensor-core";
import { checkOneOf } from "../parameters.ts";
import { type Config, configOf } from "../serialization/config.ts";
import { factor } from "./norms.ts";
import { Regularizer } from "./regularizer.ts";

export interface OrthogonalRegularizerOptions {
  /** Default 0.01. */
  readonly factor?: number | undefined;
  /** What is to be orthogonal. Default "rows". */
  readonly mode?: "rows" | "columns" | undefined;
}
/** `factor` times the mean of |cosines| between the rows, or columns, of a matrix. */
export class OrthogonalRegularizer extends Regularizer {
  readonly factor: number;
  readonly mode: "rows" | "columns";
  constructor(options: OrthogonalRegularizerOptions = {}) {
    super();
    const { mode = "rows" } = options;
    // Keras holds it as float32, and its configs show it.
    this.factor = Math.fround(factor(this, "factor", options.factor ?? 0.01));
    this.mode = mode;
    checkOneOf("OrthogonalRegularizer", "mode", mode, ["rows", "columns"]);
  }
  override get className(): string {
    return "OrthogonalRegularizer";
  }
  apply(x: Tensor): Tensor {
    if (x.rank !== 2) throw new ShapeError("OrthogonalRegularizer", "takes matrices", { got: [x.spec] });
    const rows = this.mode === "rows";
    const units = l2Normalize(x, rows ? 1 : 0);
    const cosines = matMul(units, units, { transposeA: !rows, transposeB: rows });
    const size = x.shape[rows ? 0 : 1]!;
    const pairs = Math.max(1, (size * (size - 1)) / 2);
    // Each pair is in the matrix twice.
    return mul(sum(abs(mul(cosines, sub(1, eye(size, size, x.dtype))))), this.factor / 2 / pairs);
  }
  override getConfig(): Config {
    return configOf(this, ["factor", "mode"]);
  }
}
