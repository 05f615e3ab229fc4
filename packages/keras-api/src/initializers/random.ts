/** Initializers that draw each number from one distribution. */
import { cast, type DType, randomNormal, randomUniform, type Tensor, truncatedNormal } from "@antler/tensor-core";
import { RandomInitializer, type SeedOptions } from "./initializer.ts";

export interface RandomUniformOptions extends SeedOptions {
  /** Default −0.05. */
  readonly minval?: number | undefined;
  /** Exclusive. Default 0.05. */
  readonly maxval?: number | undefined;
}
/** Uniform in [minval, maxval). */
export class RandomUniform extends RandomInitializer {
  declare readonly minval: number;
  declare readonly maxval: number;
  constructor(options: RandomUniformOptions = {}) {
    super(options);
    this.take(options, { minval: -0.05, maxval: 0.05 });
  }
  override get className(): string {
    return "RandomUniform";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return cast(randomUniform(shape, { seed: this.key, minval: this.minval, maxval: this.maxval }), dtype);
  }
}

export interface RandomNormalOptions extends SeedOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** Default 0.05. */
  readonly stddev?: number | undefined;
}
/** Normal with a mean and a standard deviation. */
export class RandomNormal extends RandomInitializer {
  declare readonly mean: number;
  declare readonly stddev: number;
  constructor(options: RandomNormalOptions = {}) {
    super(options);
    this.take(options, { mean: 0, stddev: 0.05 });
  }
  override get className(): string {
    return "RandomNormal";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return cast(randomNormal(shape, { seed: this.key, mean: this.mean, stddev: this.stddev }), dtype);
  }
}
/** As RandomNormal, but what lies further than two standard deviations from the mean is drawn again. */
export class TruncatedNormal extends RandomNormal {
  override get className(): string {
    return "TruncatedNormal";
  }
  override apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return cast(truncatedNormal(shape, { seed: this.key, mean: this.mean, stddev: this.stddev }), dtype);
  }
}
