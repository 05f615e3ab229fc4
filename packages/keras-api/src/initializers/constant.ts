/** Initializers that fill with one number. */
import { type DType, fill, type Tensor } from "@antler/tensor-core";
import { type Config, configOf } from "../serialization/config.ts";
import { Initializer } from "./initializer.ts";

/** All 0. */
export class Zeros extends Initializer {
  override get className(): string {
    return "Zeros";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return fill(shape, 0, dtype);
  }
}
/** All 1. */
export class Ones extends Initializer {
  override get className(): string {
    return "Ones";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return fill(shape, 1, dtype);
  }
}
export interface ConstantOptions {
  /** Default 0. */
  readonly value?: number | undefined;
}
/** All one number. */
export class Constant extends Initializer {
  readonly value: number;
  constructor({ value = 0 }: ConstantOptions = {}) {
    super();
    this.value = value;
  }
  override get className(): string {
    return "Constant";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    return fill(shape, this.value, dtype);
  }
  override getConfig(): Config {
    return configOf(this, ["value"]);
  }
}
