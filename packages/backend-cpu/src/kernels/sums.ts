// Sums of arrays that lie one behind another: what pieces of work have each added up on their own.

import { elementBytes, type KernelCalls } from "./context.ts";

const floatOne = 0x3f800000;

export interface ArraySum {
  readonly count: number;
  /** The first array, and the distance from one to the next in bytes. */
  readonly source: number;
  readonly stride: number;
  /** Elements of an array. */
  readonly length: number;
  readonly target: number;
  /** Room for as many elements. */
  readonly ones: number;
}

/** target = the sum of the arrays, in their order. It is the gradient of one weight for each element, if the gradients of all results are 1. */
export function sumArrays({ exports }: KernelCalls, { count, source, stride, length, target, ones }: ArraySum): void {
  exports.fillSequence(ones, floatOne, 0, length);
  exports.fillZero(target, length * elementBytes);
  exports.depthwiseFilterRows(1, count, length, source, 0, stride, ones, 0, 0, 1, 1, 0, 0, target, 0, 0);
}
