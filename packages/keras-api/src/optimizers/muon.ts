/** Muon: momentum made orthogonal for matrices, Adam for all else (Jordan et al. 2024; Liu et al. 2025). */
import { add, div, matMul, mul, sqrt, square, sub, sum, type Tensor, transpose, type Variable } from "@antler/tensor-core";
import { track, unbiasedRate } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";

export interface MuonOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: OptimizerOptions["learningRate"];
  /** The decay of matrices. Default 0.004. */
  readonly weightDecay?: number | null | undefined;
  /** The decay of all else. Default 0.004. */
  readonly adamWeightDecay?: number | null | undefined;
  /** Default 0.9. */
  readonly adamBeta1?: number | undefined;
  /** Default 0.999. */
  readonly adamBeta2?: number | undefined;
  /** Keeps Adam's division finite. Default 1e-7. */
  readonly epsilon?: number | undefined;
  /** Regular expressions, searched in names: these variables are Adam's. Default none. */
  readonly excludeLayers?: readonly string[] | null | undefined;
  /** Whether variables with "embedding" in their name are Adam's. Default true. */
  readonly excludeEmbeddings?: boolean | undefined;
  /** The polynomial `a · x + b · x³ + c · x⁵` that pulls singular values towards 1. Default 3.4445, −4.775, 2.0315. */
  readonly muonA?: number | undefined;
  readonly muonB?: number | undefined;
  readonly muonC?: number | undefined;
  /** Adam's learning rate as a multiple of Muon's. Default 1. */
  readonly adamLrRatio?: number | undefined;
  /** How much of the momentum is kept. Default 0.95. */
  readonly momentum?: number | undefined;
  /** How often the polynomial is applied. Default 5. */
  readonly nsSteps?: number | undefined;
  /** Looks one step ahead. Default true. */
  readonly nesterov?: boolean | undefined;
  /** Scales steps by this and by `√max(rows, columns)`, as long as Adam's are; null leaves them. Default 0.2. */
  readonly rmsRate?: number | null | undefined;
}

/** `m ← momentum · m + g; w ← w − rate · scale · orthogonal(g + momentum · m)` for matrices, Adam's step for all else. */
export class Muon extends Optimizer {
  declare readonly adamWeightDecay: number | null;
  declare readonly adamBeta1: number;
  declare readonly adamBeta2: number;
  declare readonly epsilon: number;
  declare readonly excludeLayers: readonly string[];
  declare readonly excludeEmbeddings: boolean;
  declare readonly muonA: number;
  declare readonly muonB: number;
  declare readonly muonC: number;
  declare readonly adamLrRatio: number;
  declare readonly momentum: number;
  declare readonly nsSteps: number;
  declare readonly nesterov: boolean;
  declare readonly rmsRate: number | null;

  constructor(options: MuonOptions = {}) {
    const { learningRate = 0.001, weightDecay = 0.004, excludeLayers } = options;
    super({ ...options, learningRate, weightDecay });
    this.take(
      { ...options, excludeLayers: excludeLayers ?? [] },
      {
        adamWeightDecay: 0.004,
        adamBeta1: 0.9,
        adamBeta2: 0.999,
        epsilon: 1e-7,
        excludeLayers: [],
        excludeEmbeddings: true,
        muonA: 3.4445,
        muonB: -4.775,
        muonC: 2.0315,
        adamLrRatio: 1,
        momentum: 0.95,
        nsSteps: 5,
        nesterov: true,
        rmsRate: 0.2,
      },
    );
  }
  override get className(): string {
    return "Muon";
  }
  #isAdams({ shape, name }: Variable): boolean {
    if (shape.length !== 2 || (this.excludeEmbeddings && /embedding/i.test(name))) return true;
    return this.excludeLayers.some((pattern) => new RegExp(pattern).test(name));
  }
  protected override addState(variables: readonly Variable[]): void {
    for (const v of variables) this.addSlots([v], this.#isAdams(v) ? ["momentum", "velocity"] : ["momentum"]);
  }
  protected override decayOf(variable: Variable): number | null {
    return this.#isAdams(variable) ? this.adamWeightDecay : this.weightDecay;
  }
  protected override rates(learningRate: Tensor, step: Tensor): readonly Tensor[] {
    return [learningRate, unbiasedRate(mul(learningRate, this.adamLrRatio), step, this.adamBeta1, this.adamBeta2)];
  }
  protected override updateStep(gradient: Tensor, variable: Variable, rate: Tensor, adamRate: Tensor): void {
    const step = this.#isAdams(variable) ? this.#adamStep(gradient, variable, adamRate) : mul(this.#muonStep(gradient, variable), rate);
    variable.assign(sub(variable, step));
  }
  #adamStep(gradient: Tensor, variable: Variable, rate: Tensor): Tensor {
    const momentum = track(this.slot(variable, "momentum"), gradient, this.adamBeta1);
    const velocity = track(this.slot(variable, "velocity"), square(gradient), this.adamBeta2);
    return div(mul(momentum, rate), add(sqrt(velocity), this.epsilon));
  }
  #muonStep(gradient: Tensor, variable: Variable): Tensor {
    const slot = this.slot(variable, "momentum");
    const momentum = add(slot, add(gradient, mul(slot, this.momentum - 1)));
    slot.assign(momentum);
    const step = this.#orthogonal(this.nesterov ? add(gradient, mul(momentum, this.momentum)) : momentum);
    return this.rmsRate === null ? step : mul(step, Math.sqrt(Math.max(...variable.shape)) * this.rmsRate);
  }
  /** Newton and Schulz: `x ← a · x + (b · A + c · A²) · x` with `A = x · xᵀ`, on the lying matrix, from a norm of 1. */
  #orthogonal(matrix: Tensor): Tensor {
    const [rows, columns] = matrix.shape as [number, number];
    if (rows > columns) return transpose(this.#orthogonal(transpose(matrix)));
    let x = div(matrix, add(sqrt(sum(square(matrix))), 1e-7));
    for (let i = 0; i < this.nsSteps; i++) {
      const a = matMul(x, x, { transposeB: true });
      x = add(mul(x, this.muonA), matMul(add(mul(a, this.muonB), matMul(mul(a, this.muonC), a)), x));
    }
    return x;
  }
}

/**
 * Orthogonal momentum for matrices, Adam for all else.
 * @example
 * optimizers.muon({ learningRate: 0.02, excludeLayers: ["output"] });
 */
/* @__NO_SIDE_EFFECTS__ */
export const muon = (options?: MuonOptions): Muon => new Muon(options);
