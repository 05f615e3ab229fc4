/** ReLU, LeakyReLU and ELU: activation functions whose options are a layer's. */
import { type Tensor, ValueError } from "@antler/tensor-core";
import * as activations from "../activations/piecewise.ts";
import { Layer, type LayerOptions } from "../layer.ts";
import { type Config, configOf } from "../serialization/config.ts";

/** The base: any shape, and the same shape and mask. */
abstract class Elementwise extends Layer {
  constructor(options: LayerOptions) {
    super(options);
    this.supportsMasking = true;
    this.built = true;
  }
  protected atLeastZero(option: string, value: number | null): void {
    if (value === null || !(value >= 0)) throw new ValueError(this.className, `${option} must be 0 or more, got ${value}`);
  }
}

export interface ReLUOptions extends LayerOptions {
  /** The largest result. Default none. */
  readonly maxValue?: number | null | undefined;
  /** The slope below the threshold. Default 0. */
  readonly negativeSlope?: number | undefined;
  /** Where x begins to pass. Default 0. */
  readonly threshold?: number | undefined;
}
/** x above the threshold, at most `maxValue`; below it `negativeSlope · (x − threshold)`. */
export class ReLU extends Elementwise {
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(options: ReLUOptions = {}) {
    super(options);
    const { maxValue = null, negativeSlope = 0, threshold = 0 } = options;
    if (maxValue !== null) this.atLeastZero("maxValue", maxValue);
    this.atLeastZero("negativeSlope", negativeSlope);
    this.atLeastZero("threshold", threshold);
    this.maxValue = maxValue;
    this.negativeSlope = negativeSlope;
    this.threshold = threshold;
  }
  override get className(): string {
    return "ReLU";
  }
  override call(x: Tensor): Tensor {
    return activations.relu(x, this);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["maxValue", "negativeSlope", "threshold"]) };
  }
}
/**
 * What is above 0 stays, all else becomes 0.
 * @example
 * layers.reLU({ maxValue: 6 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const reLU = (options?: ReLUOptions): ReLU => new ReLU(options);

export interface LeakyReLUOptions extends LayerOptions {
  /** The slope below 0. Default 0.3. */
  readonly negativeSlope?: number | undefined;
  /** The name `negativeSlope` had before. */
  readonly alpha?: number | undefined;
}
/** x where positive, else `negativeSlope · x` (Maas et al. 2013). */
export class LeakyReLU extends Elementwise {
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super(options);
    this.negativeSlope = options.alpha ?? options.negativeSlope ?? 0.3;
    this.atLeastZero("negativeSlope", this.negativeSlope);
  }
  override get className(): string {
    return "LeakyReLU";
  }
  override call(x: Tensor): Tensor {
    return activations.leakyRelu(x, this);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["negativeSlope"]) };
  }
}
/**
 * A small slope below 0.
 * @example
 * layers.leakyReLU({ negativeSlope: 0.1 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const leakyReLU = (options?: LeakyReLUOptions): LeakyReLU => new LeakyReLU(options);

export interface ELUOptions extends LayerOptions {
  /** How far results go below 0. Default 1. */
  readonly alpha?: number | undefined;
}
/** x where positive, else `alpha · (eˣ − 1)` (Clevert et al. 2016, https://arxiv.org/abs/1511.07289). */
export class ELU extends Elementwise {
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super(options);
    this.alpha = options.alpha ?? 1;
  }
  override get className(): string {
    return "ELU";
  }
  override call(x: Tensor): Tensor {
    return activations.elu(x, this);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["alpha"]) };
  }
}
/**
 * An exponential bend below 0.
 * @example
 * layers.elu();
 */
/* @__NO_SIDE_EFFECTS__ */
export const elu = (options?: ELUOptions): ELU => new ELU(options);
