/** Softmax: numbers as probabilities that sum to 1 along an axis. */
import { exp, greater, logSumExp, sub, type Tensor, where } from "@antler/tensor-core";
import { softmax as softmaxOf } from "../activations/axes.ts";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

export interface SoftmaxOptions extends LayerOptions {
  /** The axis or axes along which results sum to 1. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
}

/** `eˣ / Σ eˣ`. What a mask that broadcasts to the input leaves out gets 0. */
export class Softmax extends Layer {
  readonly axis: number | readonly number[];

  constructor(options: SoftmaxOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "Softmax";
  }
  override call(inputs: Tensor, { mask }: CallContext): Tensor {
    const counts = mask && (mask.dtype === "bool" ? mask : greater(mask, 0.5));
    const x = counts ? where(counts, inputs, veryLow(inputs)) : inputs;
    const axes = [this.axis].flat();
    const y = axes.length === 1 ? softmaxOf(x, { axis: axes[0] }) : exp(sub(x, logSumExp(x, { axis: axes, keepDims: true })));
    // All of an axis may be left out.
    return counts ? where(counts, y, 0) : y;
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["axis"]) };
  }
}

/** A score that leaves nothing of a probability, and is finite, so that without any other all are equal. */
export const veryLow = (x: Tensor): number => (x.dtype === "float16" ? -3e4 : -1e9);

/**
 * Numbers as probabilities.
 * @example
 * layers.softmax().apply(tensor([[0, 0]])); // [[0.5, 0.5]]
 */
/* @__NO_SIDE_EFFECTS__ */
export const softmax = (options?: SoftmaxOptions): Softmax => new Softmax(options);
