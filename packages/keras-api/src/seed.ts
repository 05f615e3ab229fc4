/** Seeds: one number makes a program repeatable; a SeedGenerator gives every call of a step its own draw. */
import { add, iota, suspendTrace, type Tensor, type Variable, variable } from "@antler/tensor-core";

/** Tommy Ettinger's mulberry32: numbers in [0, 1) from 32 bits of state. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

let source: () => number = Math.random;

/**
 * Makes everything drawn from now on repeatable: initial weights, dropout, shuffling.
 * @param seed any integer
 * @example
 * setRandomSeed(1);
 */
export function setRandomSeed(seed: number): void {
  source = mulberry32(seed);
}

/** A seed nobody asked for: different each time, repeatable after `setRandomSeed`. An integer in [1, 1e9], as Keras draws it. */
export const nextSeed = (): number => 1 + Math.floor(source() * 1e9);

/** The rows 0 to count − 1 in random order (Fisher and Yates), the same for the same seed. */
export function permutation(count: number, seed: number): Int32Array {
  const random = mulberry32(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

/**
 * Random state that lives in a variable, so that a compiled step draws anew each time it runs.
 * @example
 * const generator = new SeedGenerator(7);
 * randomUniform([2], { seed: generator.next() });
 */
export class SeedGenerator {
  /** The seed asked for, or null. */
  readonly seed: number | null;
  /** int32 [2]: the seed and how often a seed was taken; int64 in files. */
  readonly state: Variable;

  constructor(seed: number | null = null) {
    this.seed = seed;
    this.state = suspendTrace(() =>
      variable(Int32Array.of(seed ?? nextSeed(), 0), { name: "seed_generator_state", trainable: false, savedDtype: "int64" }),
    );
  }

  /** A seed for one draw: int32 [2]. */
  next(): Tensor {
    const seed = this.state.value;
    this.state.assign(add(seed, iota([2])));
    return seed;
  }
}
