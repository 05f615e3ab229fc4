/** Noise while training: GaussianNoise adds it, GaussianDropout multiplies with it, AlphaDropout drops so that selu keeps its form. */
import { add, cast, greaterEqual, mul, randomNormal, randomUniform, type Tensor, ValueError, where } from "@antler/tensor-core";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { SeedGenerator } from "../seed.ts";
import { type Config, configOf } from "../serialization/config.ts";
import type { ShapeLike } from "../shapes.ts";
import { checkRate, noiseDims } from "./dropout.ts";

export interface NoiseOptions extends LayerOptions {
  readonly seed?: number | null | undefined;
}
/** The base: in training each call takes a new seed; outside of it the input passes. */
abstract class Noise extends Layer {
  readonly seed: number | null;
  /** None where there is no noise. */
  readonly seedGenerator: SeedGenerator | undefined;

  constructor(options: NoiseOptions, strength: number) {
    super(options);
    this.seed = options.seed ?? null;
    this.seedGenerator = strength > 0 ? new SeedGenerator(this.seed) : undefined;
    this.supportsMasking = true;
    this.built = true;
  }
  protected abstract noisy(x: Tensor, seed: Tensor): Tensor;

  override call(x: Tensor, { training }: CallContext): Tensor {
    return training && this.seedGenerator ? this.noisy(x, this.seedGenerator.next()) : x;
  }
}

export interface GaussianNoiseOptions extends NoiseOptions {
  /** The standard deviation, 0 to 1. */
  readonly stddev: number;
}
/** Adds normal numbers with mean 0. */
export class GaussianNoise extends Noise {
  readonly stddev: number;

  constructor(options: GaussianNoiseOptions) {
    const { stddev } = options;
    super(options, stddev);
    if (!(stddev >= 0 && stddev <= 1)) throw new ValueError("GaussianNoise", `stddev must be between 0 and 1, got ${stddev}`);
    this.stddev = stddev;
  }
  override get className(): string {
    return "GaussianNoise";
  }
  protected override noisy(x: Tensor, seed: Tensor): Tensor {
    return add(x, cast(randomNormal(x.dims, { seed, stddev: this.stddev }), x.dtype));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["stddev", "seed"]) };
  }
}
/**
 * Adds normal numbers while training.
 * @example
 * layers.gaussianNoise({ stddev: 0.1 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const gaussianNoise = (options: GaussianNoiseOptions): GaussianNoise => new GaussianNoise(options);

export interface GaussianDropoutOptions extends NoiseOptions {
  /** As strong as a dropout of this part, 0 to 1. */
  readonly rate: number;
}
/** Multiplies with normal numbers of mean 1 and variance `rate / (1 − rate)` (Srivastava et al. 2014). */
export class GaussianDropout extends Noise {
  readonly rate: number;

  constructor(options: GaussianDropoutOptions) {
    super(options, options.rate);
    checkRate("GaussianDropout", options.rate);
    this.rate = options.rate;
  }
  override get className(): string {
    return "GaussianDropout";
  }
  protected override noisy(x: Tensor, seed: Tensor): Tensor {
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return mul(x, cast(randomNormal(x.dims, { seed, mean: 1, stddev }), x.dtype));
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["rate", "seed"]) };
  }
}
/**
 * Multiplies with normal numbers while training.
 * @example
 * layers.gaussianDropout({ rate: 0.5 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const gaussianDropout = (options: GaussianDropoutOptions): GaussianDropout => new GaussianDropout(options);

export interface AlphaDropoutOptions extends GaussianDropoutOptions {
  /** The shape of the random mask; it broadcasts, null is the input's size. Default: the input's shape. */
  readonly noiseShape?: ShapeLike | null | undefined;
}
/** What selu gives far below 0. */
const LOWEST = -1.6732632423543772 * 1.0507009873554805;

/** Sets a part of the inputs to what selu gives far below 0, and keeps mean and variance (Klambauer et al. 2017). */
export class AlphaDropout extends Noise {
  readonly rate: number;
  readonly noiseShape: ShapeLike | null;

  constructor(options: AlphaDropoutOptions) {
    super(options, options.rate);
    checkRate("AlphaDropout", options.rate);
    this.rate = options.rate;
    this.noiseShape = options.noiseShape ?? null;
  }
  override get className(): string {
    return "AlphaDropout";
  }
  protected override noisy(x: Tensor, seed: Tensor): Tensor {
    const { rate } = this;
    const kept = greaterEqual(randomUniform(noiseDims(x, this.noiseShape), { seed }), rate);
    const scale = ((1 - rate) * (1 + rate * LOWEST ** 2)) ** -0.5;
    return add(mul(where(kept, x, LOWEST), scale), -scale * LOWEST * rate);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["rate", "seed", "noiseShape"]) };
  }
}
/**
 * Dropout for networks of selu.
 * @example
 * layers.alphaDropout({ rate: 0.1 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const alphaDropout = (options: AlphaDropoutOptions): AlphaDropout => new AlphaDropout(options);
