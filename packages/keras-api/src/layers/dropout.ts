/** Dropout: in training, some inputs are set to zero at random. */
import { type Dim, greaterEqual, mul, randomUniform, type Shape, type Tensor, ValueError, where, zerosLike } from "@antler/tensor-core";
import { type CallContext, Layer, type LayerOptions } from "../layer.ts";
import { SeedGenerator } from "../seed.ts";
import { type Config, configOf } from "../serialization/config.ts";
import type { ShapeLike } from "../shapes.ts";

export interface DropoutOptions extends LayerOptions {
  /** The part of the inputs that is dropped, 0 to 1. */
  readonly rate: number;
  /** The shape of the random mask; it broadcasts, null is the input's size. Default: the input's shape. */
  readonly noiseShape?: ShapeLike | null | undefined;
  readonly seed?: number | null | undefined;
}

/** Drops with probability `rate` and scales the rest by `1 / (1 − rate)`, so that sums stay; outside of training gives its input. */
export class Dropout extends Layer {
  readonly rate: number;
  readonly seed: number | null;
  readonly noiseShape: ShapeLike | null;
  /** Each call takes a new seed; none where nothing is dropped. */
  readonly seedGenerator: SeedGenerator | undefined;

  constructor(options: DropoutOptions) {
    super(options);
    const { rate, seed = null, noiseShape = null } = options;
    checkRate(this.className, rate);
    this.rate = rate;
    this.seed = seed;
    this.noiseShape = noiseShape;
    this.seedGenerator = rate > 0 ? new SeedGenerator(seed) : undefined;
    this.supportsMasking = true;
    this.built = true;
  }
  override get className(): string {
    return "Dropout";
  }
  override call(x: Tensor, { training }: CallContext): Tensor {
    return training && this.seedGenerator ? dropped(x, this.rate, this.seedGenerator, this.noiseDims(x)) : x;
  }
  /** The shape of the random mask for an input. */
  protected noiseDims(x: Tensor): Shape {
    return noiseDims(x, this.noiseShape);
  }
  override getConfig(): Config {
    return { ...this.baseConfig(), ...configOf(this, ["rate", "seed", "noiseShape"]) };
  }
}

/** @throws ValueError unless 0 ≤ rate ≤ 1 */
export function checkRate(layer: string, rate: number): void {
  if (!(rate >= 0 && rate <= 1)) throw new ValueError(layer, `the rate must be between 0 and 1, got ${rate}`);
}

/** A noise shape with the input's sizes where it has null. */
export const noiseDims = (x: Tensor, shape: ShapeLike | null): Shape => shape?.map((d, axis): Dim => d ?? x.dims[axis]!) ?? x.dims;

/** x with a part of it zero and the rest scaled up. @param shape of the random mask */
export function dropped(x: Tensor, rate: number, seeds: SeedGenerator, shape: Shape = x.dims): Tensor {
  if (rate === 1) return zerosLike(x);
  const kept = greaterEqual(randomUniform(shape, { seed: seeds.next() }), rate);
  return where(kept, mul(x, 1 / (1 - rate)), zerosLike(x));
}

/**
 * Drops inputs at random while training.
 * @example
 * layers.dropout({ rate: 0.5 });
 */
/* @__NO_SIDE_EFFECTS__ */
export const dropout = (options: DropoutOptions): Dropout => new Dropout(options);
