/** Thresholds: above which probabilities a decision is positive. */
import { ValueError } from "@antler/tensor-core";

/** One threshold or several, each between 0 and 1. */
export type ThresholdsLike = number | readonly number[] | null;

/** The thresholds meant; the standard one where there are none. */
export const thresholdsOf = (given: ThresholdsLike, standard: number): readonly number[] =>
  given === null ? [standard] : typeof given === "number" ? [given] : given;

/** Refuses thresholds that no probability can lie on both sides of. */
export function checkThresholds(metric: string, given: ThresholdsLike): void {
  const wrong = thresholdsOf(given, 0).find((t) => !(t >= 0 && t <= 1));
  if (wrong !== undefined) throw new ValueError(metric, `thresholds must lie between 0 and 1, got ${wrong}`);
}

/** So many from 0 to 1, at equal distances. */
export const evenThresholds = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i / (count - 1));

/** Whether there are at least three, from 0 to 1 at equal distances: then a multiplication says between which a number lies. */
export const areEven = (values: readonly number[]): boolean =>
  values.length > 2 && evenThresholds(values.length).every((even, i) => Math.abs(values[i]! - even) <= 1e-7 + 1e-5 * even);
