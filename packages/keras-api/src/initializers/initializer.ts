/** The base of initializers: what makes a variable's first value. */
import { type DType, type Tensor, ValueError } from "@antler/tensor-core";
import { nextSeed } from "../seed.ts";
import type { Config } from "../serialization/config.ts";

/** Makes a tensor of a shape. Subclass it and override `apply` for a rule of your own. */
export abstract class Initializer {
  /** Keras's name of the class. */
  get className(): string {
    return this.constructor.name;
  }
  get module(): string {
    return "keras.initializers";
  }
  /** @param shape all sizes known */
  abstract apply(shape: readonly number[], dtype?: DType): Tensor;
  /** The options, in Keras's snake_case. */
  getConfig(): Config {
    return {};
  }
}

export interface SeedOptions {
  /** Any integer. Without one a seed is drawn when the initializer is made; the initializer then gives the same numbers each time. */
  readonly seed?: number | null | undefined;
}

/** What Keras on TensorFlow takes seeds modulo, so that they fit int32. */
const SEEDS = 2 ** 31 - 2;

/** The base of random initializers: a seed, and the key drawn from it. */
export abstract class RandomInitializer extends Initializer {
  readonly seed: number | null;
  /** The key of core's random numbers. Keras on TensorFlow uses the same, so equal seeds give equal numbers. */
  protected readonly key: readonly [number, number];

  constructor({ seed = null }: SeedOptions = {}) {
    super();
    if (seed !== null && !Number.isSafeInteger(seed))
      throw new ValueError(this.className, `the seed must be an integer, got ${String(seed)}`);
    this.seed = seed;
    const drawn = seed ?? nextSeed();
    this.key = [drawn - SEEDS * Math.floor(drawn / SEEDS), 0];
  }
}
