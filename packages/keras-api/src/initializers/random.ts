/** Initializers that draw each number from one distribution. */
import { cast, type DType, randomNormal, randomUniform, type Tensor, truncatedNormal } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { RandomInitializer, type SeedOptions } from "./initializer.ts";

export interface RandomUniformOptions extends SeedOptions {
  /** Default −0.05. */
  readonly minval?: number | undefined;
  /** Exclusive. Default 0.05. */
  readonly maxval?: number | undefined;
}
/** Uniform in [minval, maxval). */
export class RandomUniform extends RandomInitializer {
  readonly minval: number;
  readonly maxval: number;
  constructor(options: RandomUniformOptions = {}) {
    super(options);
    this.minval = options.minval ?? -0.05;
    this.maxval = options.maxval ?? 0.05;
  }
  override get className(): string {
    return "RandomUniform";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return cast(randomUniform(shape, { seed: this.key, minval: this.minval, maxval: this.maxval }), dtype);
  }
  override getConfig(): Config {
    return configOf(this, ["seed", "minval", "maxval"]);
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
  readonly mean: number;
  readonly stddev: number;
  constructor(options: RandomNormalOptions = {}) {
    super(options);
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }
  override get className(): string {
    return "RandomNormal";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return cast(randomNormal(shape, { seed: this.key, mean: this.mean, stddev: this.stddev }), dtype);
  }
  override getConfig(): Config {
    return configOf(this, ["seed", "mean", "stddev"]);
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
