/** Adafactor: the mean of squares kept as rows and columns, so that state stays small (Shazeer and Stern 2018). */
import { add, div, expandDims, maximum, mean, minimum, mul, pow, sqrt, square, sub, type Tensor, type Variable } from "@antler/tensor-core";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface AdafactorOptions extends OptimizerOptions {
  /** The largest relative step. Default 0.001. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** How fast more of the mean of squares is kept. Default −0.8. */
  readonly beta2Decay?: number | undefined;
  /** Added to squares of gradients. Default 1e-30. */
  readonly epsilon1?: number | undefined;
  /** The least scale of a weight. Default 0.001. */
  readonly epsilon2?: number | undefined;
  /** The largest root mean square of a step before it is scaled. Default 1. */
  readonly clipThreshold?: number | undefined;
  /** In files for Keras's sake: as there, steps shrink as `1 / √t` with and without it. Default true. */
  readonly relativeStep?: boolean | undefined;
}

const rms = (x: Tensor | Variable): Tensor => sqrt(mean(square(x)));

/**
 * With `β = 1 − tᵈ` and `ρ = min(rate, 1 / √t)`: `r ← β · r + (1 − β) · rowMean(g² + ε₁)`, c likewise for columns,
 * `v = r ⊗ c / mean(r)` (of a vector v is kept itself), `u = g / √v; w ← w − max(ε₂, rms(w)) · ρ · u / max(1, rms(u) / threshold)`.
 */
export class Adafactor extends Optimizer {
  declare readonly beta2Decay: number;
  declare readonly epsilon1: number;
  declare readonly epsilon2: number;
  declare readonly clipThreshold: number;
  declare readonly relativeStep: boolean;

  constructor(options: AdafactorOptions = {}) {
    super({ ...options, learningRate: options.learningRate ?? 0.001 });
    this.take(options, { beta2Decay: -0.8, epsilon1: 1e-30, epsilon2: 0.001, clipThreshold: 1, relativeStep: true });
  }
  override get className(): string {
    return "Adafactor";
  }
  protected override addState(variables: readonly Variable[]): void {
    for (const v of variables) {
      const [name, { shape }] = [v.name.split("/").at(-1)!, v];
      // Keras's files hold two integers that mean nothing in the place of a vector's rows and columns.
      const matrix = shape.length >= 2;
      const place = matrix ? { path: `${this.name}/${name}` } : ({ path: name, shape: [], dtype: "int32" } as const);
      this.addSlot(v, "row", { ...place, ...(matrix && { shape: shape.slice(0, -1) }) });
      this.addSlot(v, "column", { ...place, ...(matrix && { shape: shape.toSpliced(-2, 1) }) });
      this.addSlot(v, "velocity");
    }
  }
  protected override rates(learningRate: Tensor, step: Tensor): readonly Tensor[] {
    return [minimum(learningRate, div(1, sqrt(step))), sub(1, pow(step, this.beta2Decay))];
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor, kept: Tensor): void {
    const squares = add(square(gradient), this.epsilon1);
    const velocity = this.slot(variable, "velocity");
    velocity.assign(variable.shape.length >= 2 ? this.#factored(variable, squares, kept) : blend(velocity, squares, kept));
    const step = div(gradient, sqrt(velocity.value));
    const scale = mul(maximum(rms(variable), this.epsilon2), rate);
    variable.assign(sub(variable, mul(div(step, maximum(div(rms(step), this.clipThreshold), 1)), scale)));
  }
  #factored(variable: Variable, squares: Tensor, kept: Tensor): Tensor {
    const [rows, columns] = [this.slot(variable, "row"), this.slot(variable, "column")];
    rows.assign(blend(rows, mean(squares, { axis: -1 }), kept));
    columns.assign(blend(columns, mean(squares, { axis: -2 }), kept));
    const shares = div(rows, mean(rows, { axis: -1, keepDims: true }));
    return mul(expandDims(shares, -1), expandDims(columns, -2));
  }
}
const blend = (mean: Variable, x: Tensor, kept: Tensor): Tensor => add(mul(kept, mean), mul(sub(1, kept), x));

/**
 * Adam's idea with less state: a row and a column for each matrix.
 * @example
 * optimizers.adafactor({ learningRate: 0.01 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const adafactor = (options?: AdafactorOptions): Adafactor => new Adafactor(options);
