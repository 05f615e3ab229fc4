/** The base of initializers: what makes a variable's first value. */
import { type DType, type Tensor, ValueError } from "@antler/tensor-core";
import { Parametrized } from "../parametrized.ts";
import { nextSeed } from "../seed.ts";

/** Makes a tensor of a shape. Subclass it and override `apply` for a rule of your own. */
export abstract class Initializer extends Parametrized {
  get module(): string {
    return "keras.initializers";
  }
  /** @param shape all sizes known */
  abstract apply(shape: readonly number[], dtype?: DType): Tensor;
}

export interface SeedOptions {
  /** Any integer. Without one a seed is drawn when the initializer is made; the initializer then gives the same numbers each time. */
  readonly seed?: number | null | undefined;
}

/** What Keras on TensorFlow takes seeds modulo, so that they fit int32. */
const SEEDS = 2 ** 31 - 2;

/** The base of random initializers: a seed, and the key drawn from it. */
export abstract class RandomInitializer extends Initializer {
  declare readonly seed: number | null;
  /** The key of core's random numbers. Keras on TensorFlow uses the same, so equal seeds give equal numbers. */
  protected readonly key: readonly [number, number];

  constructor(options: SeedOptions = {}) {
    super();
    this.take({ seed: options.seed }, { seed: null });
    const { seed } = this;
    if (seed !== null && !Number.isSafeInteger(seed))
      throw new ValueError(this.className, `the seed must be an integer, got ${String(seed)}`);
    const drawn = seed ?? nextSeed();
    this.key = [drawn - SEEDS * Math.floor(drawn / SEEDS), 0];
  }
}
