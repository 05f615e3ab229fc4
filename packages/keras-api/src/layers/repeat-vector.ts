/** RepeatVector: a vector as a sequence of itself. */
import { expandDims, repeatElements, type Tensor, ValueError } from "@antler/tensor-core";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface RepeatVectorOptions extends LayerOptions {
  /** How many times. */
  readonly n: number;
}

/** `[batch, features]` → `[batch, n, features]`. */
export class RepeatVector extends Layer {
  readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(options);
    const { n } = options;
    if (!Number.isInteger(n) || n <= 0) throw new ValueError("RepeatVector", `n must be a positive integer, got ${n}`);
    this.n = n;
    this.inputSpec = { rank: 2 };
    this.built = true;
  }
  override get className(): string {
    return "RepeatVector";
  }
  override call(x: Tensor): Tensor {
    return repeatElements(expandDims(x, 1), this.n, 1);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["n"]) };
  }
}

/**
 * A vector as a sequence of itself, for a decoder to unfold.
 * @example
 * layers.repeatVector({ n: 5 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const repeatVector = (options: RepeatVectorOptions): RepeatVector => new RepeatVector(options);
