/** The constraints a name or a config can stand for. */
import { add, clipByValue, div, maximum, mul, sqrt, square, sum, type Tensor } from "@antler/tensor-core";
import { Constraint } from "./constraint.ts";

/** No number below 0. */
export class NonNeg extends Constraint {
  override get className(): string {
    return "NonNeg";
  }
  apply(w: Tensor): Tensor {
    return maximum(w, 0);
  }
}

export interface NormOptions {
  /** The axes a norm is taken over: 0 for the kernel of a dense layer, [0, 1, 2] for that of a two-dimensional convolution. Default 0. */
  readonly axis?: number | readonly number[] | undefined;
}
/** Keeps the directions of vectors and decides on their length. */
abstract class Norm extends Constraint {
  declare readonly axis: number | readonly number[];
  constructor(options: NormOptions = {}) {
    super();
    this.take(options, { axis: 0 });
  }
  /** What lengths become. */
  protected abstract desired(norms: Tensor): Tensor | number;
  apply(w: Tensor): Tensor {
    const norms = sqrt(sum(square(w), { axis: this.axis, keepDims: true }));
    return mul(w, div(this.desired(norms), add(norms, EPSILON)));
  }
}
/** Keeps vectors of length 0 from being divided by it. */
const EPSILON = 1e-7;

/** Vectors of length 1. */
export class UnitNorm extends Norm {
  override get className(): string {
    return "UnitNorm";
  }
  protected override desired(): number {
    return 1;
  }
}

export interface MaxNormOptions extends NormOptions {
  /** Default 2. */
  readonly maxValue?: number | undefined;
}
/** Vectors no longer than `maxValue` (Srivastava et al. 2014). */
export class MaxNorm extends Norm {
  declare readonly maxValue: number;
  constructor(options: MaxNormOptions = {}) {
    super(options);
    this.take(options, { maxValue: 2 });
  }
  override get className(): string {
    return "MaxNorm";
  }
  protected override desired(norms: Tensor): Tensor {
    return clipByValue(norms, 0, this.maxValue);
  }
}

export interface MinMaxNormOptions extends NormOptions {
  /** Default 0. */
  readonly minValue?: number | undefined;
  /** Default 1. */
  readonly maxValue?: number | undefined;
  /** How much of the way into the interval is gone at each step: 1, the default, is all of it. */
  readonly rate?: number | undefined;
}
/** Vectors as long as `minValue` to `maxValue`, or on their way there. */
export class MinMaxNorm extends Norm {
  declare readonly minValue: number;
  declare readonly maxValue: number;
  declare readonly rate: number;
  constructor(options: MinMaxNormOptions = {}) {
    super(options);
    this.take(options, { minValue: 0, maxValue: 1, rate: 1 });
  }
  override get className(): string {
    return "MinMaxNorm";
  }
  protected override desired(norms: Tensor): Tensor {
    return add(mul(clipByValue(norms, this.minValue, this.maxValue), this.rate), mul(norms, 1 - this.rate));
  }
}
