/** Learning rates: a number, which is kept in a variable, a schedule, or a function of the step. */
import { fill, type Tensor, type TensorLike, ValueError, Variable } from "@antler/tensor-core";
import type { Json } from "../serialization/config.ts";
import { serialize } from "../serialization/config.ts";
import { LearningRateSchedule } from "./schedules/schedule.ts";

/** What it is at a step, an int32 scalar; what the function gives as a number is a constant of a compiled step. */
export type LearningRateFunction = (step: Tensor) => TensorLike;
export type LearningRateLike = number | LearningRateSchedule | LearningRateFunction;

/** @throws ValueError for what is no learning rate */
export function checkRate(className: string, rate: unknown): asserts rate is LearningRateLike {
  if (typeof rate === "number" || typeof rate === "function" || rate instanceof LearningRateSchedule) return;
  throw new ValueError(className, `learningRate must be a number, a schedule or a function, got ${String(rate)}`);
}

/** A rule's value at a step. */
export function rateAt(rule: LearningRateSchedule | LearningRateFunction, step: Tensor): Tensor {
  if (rule instanceof LearningRateSchedule) return rule.apply(step);
  const given = rule(step);
  return typeof given === "number" ? fill([], given) : given instanceof Variable ? given.value : given;
}

/** As configs hold it: a number as the float32 it is kept as. */
export const rateConfig = (rate: LearningRateLike): Json => (typeof rate === "number" ? Math.fround(rate) : serialize(rate));
