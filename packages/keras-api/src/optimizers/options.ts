/** The options all optimizers share, and what they may be. */
import { ValueError } from "@antler/tensor-core";
import type { ClipOptions } from "./clip.ts";
import type { LearningRateLike } from "./learning-rate.ts";

export interface OptimizerOptions extends ClipOptions {
  /** How far each step goes: a number, a schedule, or a function of the step that gives a tensor. */
  readonly learningRate?: LearningRateLike | undefined;
  /** The part of each weight that a step takes away, times the learning rate. Default none. */
  readonly weightDecay?: number | null | undefined;
  /** Keeps a running mean of the weights, which `finalizeVariableValues` puts in their place. Default false. */
  readonly useEma?: boolean | undefined;
  /** How much of that mean a step keeps, 0 to 1. Default 0.99. */
  readonly emaMomentum?: number | undefined;
  /** After how many updates the mean replaces the weights. Default never. */
  readonly emaOverwriteFrequency?: number | null | undefined;
  /** What `scaleLoss` multiplies the loss by, and each step divides the gradients by. Default none. */
  readonly lossScaleFactor?: number | null | undefined;
  /** Collects the gradients of so many steps, and updates with their mean. Default: each step updates. */
  readonly gradientAccumulationSteps?: number | null | undefined;
  readonly name?: string | undefined;
}

/** @throws ValueError for options that contradict each other or make no sense */
export function checkOptions(className: string, options: OptimizerOptions): void {
  const { clipnorm, clipvalue, globalClipnorm, useEma, emaMomentum = 0.99, emaOverwriteFrequency, gradientAccumulationSteps } = options;
  const refuse = (what: string, got: unknown): never => {
    throw new ValueError(className, `${what}, got ${String(got)}`);
  };
  const isCount = (x: number, least: number): boolean => Number.isInteger(x) && x >= least;
  if ([clipnorm, clipvalue, globalClipnorm].filter((c) => c !== null && c !== undefined).length > 1) {
    throw new ValueError(className, "only one of clipnorm, clipvalue and globalClipnorm may be given");
  }
  if (gradientAccumulationSteps && !isCount(gradientAccumulationSteps, 2)) {
    refuse("gradientAccumulationSteps must be an integer of 2 or more", gradientAccumulationSteps);
  }
  if (useEma && !(emaMomentum >= 0 && emaMomentum <= 1)) refuse("emaMomentum must be between 0 and 1", emaMomentum);
  if (useEma && emaOverwriteFrequency && !isCount(emaOverwriteFrequency, 1)) {
    refuse("emaOverwriteFrequency must be an integer of 1 or more", emaOverwriteFrequency);
  }
}
