/** Activation: an activation function as a layer. */
import type { Tensor } from "@antler/tensor-core";
import type { Activation as ActivationFunction } from "../activations/activations.ts";
import { type ActivationLike, get as getActivation, nameOf } from "../activations/get.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import type { Config } from "../serialization/config.ts";

export interface ActivationOptions extends LayerOptions {
  readonly activation: ActivationLike;
}

/** Any shape, and the same shape. */
export class Activation extends Layer {
  readonly activation: ActivationFunction;

  constructor(options: ActivationOptions) {
    super(options);
    this.activation = getActivation(options.activation);
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "Activation";
  }
  override call(x: Tensor): Tensor {
    return this.activation(x);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), activation: nameOf(this.activation) };
  }
}

/**
 * An activation function as a layer.
 * @example
 * layers.activation({ activation: "relu" });
 */
/* @__NO_SIDE_EFFECTS__ */
export const activation = (options: ActivationOptions): Activation => new Activation(options);
