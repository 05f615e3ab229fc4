/** Normal numbers within two standard deviations. */
import { abs, add, clipByValue, lessEqual, mul, randomNormal, type Tensor, tidy, where } from "@antler/tensor-core";

/** Each round redraws the 4.6 % that lie outside; what five rounds leave (2e-7) is clipped. */
const ROUNDS = 5;

/**
 * Draws again where a number lies too far out. The distribution is TensorFlow's, the numbers of a seed are not: its
 * rejection loop takes words from the stream one by one.
 */
export function truncatedNormal(
  shape: readonly number[],
  [seed, counter]: readonly [number, number],
  mean: number,
  stddev: number,
): Tensor {
  return tidy(() => {
    let unit = randomNormal(shape, { seed: [seed, counter] });
    for (let round = 1; round < ROUNDS; round++) {
      unit = where(lessEqual(abs(unit), 2), unit, randomNormal(shape, { seed: [seed, counter + round] }));
    }
    return add(mul(clipByValue(unit, -2, 2), stddev), mean);
  });
}
