/** Batch renormalization: a batch is brought to moving statistics, so that layers behind it see in training what they see later. */

import type { DType } from "@antler/tensor-core";
import {
  add,
  clipByValue,
  div,
  maximum,
  minimum,
  mul,
  relu,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  ValueError,
  type Variable,
} from "@antler/tensor-core";
import { Initializer } from "../initializers/initializer.ts";
import type { BatchNormalization } from "./batch-normalization.ts";
import { moveTowards, type Statistics } from "./normalization.ts";

/** How far a batch may be corrected: by factors in [rmin, rmax], and by at most dmax standard deviations. */
export interface RenormClipping {
  readonly rmax?: number | null | undefined;
  readonly rmin?: number | null | undefined;
  readonly dmax?: number | null | undefined;
}

/** @throws ValueError for bounds that contradict each other */
export function checkClipping(clipping: RenormClipping): void {
  const { rmin, rmax, dmax } = clipping;
  const unknown = Object.keys(clipping).filter((key) => !["rmax", "rmin", "dmax"].includes(key));
  if (unknown.length) throw new ValueError("BatchNormalization", `renormClipping has rmax, rmin and dmax, got ${unknown.join(", ")}`);
  if (typeof rmax === "number" && typeof rmin === "number" && rmax < rmin) {
    throw new ValueError("BatchNormalization", `rmax must be at least rmin, got ${rmax} and ${rmin}`);
  }
  if (typeof dmax === "number" && dmax < 0) throw new ValueError("BatchNormalization", `dmax must not be negative, got ${dmax}`);
}

/** Moving statistics with a momentum of their own, and the deviation that the moving variance is made of. */
export interface RenormState {
  readonly movingStddev: Variable;
  readonly renormMean: Variable;
  readonly renormStddev: Variable;
}

/** Deviations that fit an initializer of variances. */
class Root extends Initializer {
  readonly of: Initializer;
  constructor(of: Initializer) {
    super();
    this.of = of;
  }
  apply(shape: readonly number[], dtype?: DType): Tensor {
    return sqrt(this.of.apply(shape, dtype));
  }
}

export function makeRenorm(layer: BatchNormalization, weight: (name: string, initializer: Initializer) => Variable): RenormState {
  const stddev = new Root(layer.movingVarianceInitializer);
  return {
    movingStddev: weight("moving_stddev", stddev),
    renormMean: weight("renorm_mean", layer.movingMeanInitializer),
    renormStddev: weight("renorm_stddev", stddev),
  };
}

/**
 * Moves the statistics by a batch.
 * @returns gamma and beta by which the batch, once normalised, is as if normalised with the moving statistics before it
 */
export function renormalized(
  layer: BatchNormalization,
  { movingStddev, renormMean, renormStddev }: RenormState,
  { mean, variance, gamma, beta }: Statistics,
): { readonly gamma: Tensor; readonly beta: Tensor } {
  const { epsilon, momentum, renormMomentum } = layer;
  const { rmin, rmax, dmax } = layer.renormClipping!;
  const stddev = sqrt(add(variance, epsilon));
  const usual = maximum(renormStddev.value, Math.sqrt(epsilon));
  let r = div(stddev, usual);
  let d = div(sub(mean, renormMean.value), usual);
  if (typeof rmin === "number") r = maximum(r, rmin);
  if (typeof rmax === "number") r = minimum(r, rmax);
  if (typeof dmax === "number") d = clipByValue(d, -dmax, dmax);
  moveTowards(renormMean, mean, renormMomentum);
  moveTowards(renormStddev, stddev, renormMomentum);
  const moved = moveTowards(movingStddev, stddev, momentum);
  // Rounding may make it negative.
  layer.movingVariance!.assign(relu(sub(square(moved), epsilon)));
  const [scale, shift] = [stopGradient(r), stopGradient(d)];
  const offset = gamma ? mul(shift, gamma) : shift;
  return { gamma: gamma ? mul(scale, gamma) : scale, beta: beta ? add(offset, beta) : offset };
}
