/** Initializers that need no random numbers: one number everywhere, or the identity matrix. */
import { broadcastTo, type DType, eye, fill, mul, type NestedArray, ShapeError, type Tensor, tensor } from "@antler/tensor-core";
import { type Config, configOf, isSerialized, type Serialized } from "../serialization/config.ts";
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
  /** A number, or numbers that broadcast to the shape. Default 0. */
  readonly value?: number | NestedArray | undefined;
}
/** All one number, or an array repeated. */
export class Constant extends Initializer {
  readonly value: number | NestedArray;
  constructor({ value = 0 }: ConstantOptions = {}) {
    super();
    this.value = value;
  }
  /** Keras's files hold arrays with their dtype. */
  static fromConfig({ value }: { readonly value?: ConstantOptions["value"] | Serialized }): Constant {
    return new Constant({ value: isSerialized(value) ? (value.config as { readonly value: NestedArray }).value : value });
  }
  override get className(): string {
    return "Constant";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    if (typeof this.value === "number") return fill(shape, this.value, dtype);
    return broadcastTo(tensor(this.value as number[], undefined, dtype), shape);
  }
  override getConfig(): Config {
    return configOf(this, ["value"]);
  }
}

export interface IdentityOptions {
  /** What the diagonal holds. Default 1. */
  readonly gain?: number | undefined;
}
/** A number on the diagonal of a matrix, else 0. */
export class Identity extends Initializer {
  readonly gain: number;
  constructor({ gain = 1 }: IdentityOptions = {}) {
    super();
    this.gain = gain;
  }
  override get className(): string {
    return "Identity";
  }
  apply(shape: readonly number[], dtype: DType = "float32"): Tensor {
    if (shape.length !== 2) throw new ShapeError("Identity", "makes matrices only", { got: [{ shape }] });
    return mul(eye(shape[0]!, shape[1], dtype), this.gain);
  }
  override getConfig(): Config {
    // Keras writes nothing, and so forgets the gain; it reads one that is there.
    return this.gain === 1 ? {} : configOf(this, ["gain"]);
  }
}
