/** What the fuzzer builds graphs of: kinds of steps that keep numbers bounded and never tie where a tie would matter. */
import type { DType } from "../../dtype.ts";
import { add, cast, fill, iota, mod, mul, sub, tanh } from "../../primitives.ts";
import type { Dim, Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** Floats, int32 or bool. */
export type Class = "f" | "i" | "b";

/** What is known of a value while a graph is planned. */
export interface Val {
  readonly cls: Class;
  /** Sizes, the batch unknown. */
  readonly dims: Shape;
  /** Sizes, the batch as it will be. */
  readonly sizes: readonly number[];
  /** A bound on |x|. */
  readonly mag: number;
}
/** What differs between one run of a graph and another. */
export interface Env {
  /** float32, or float64 where the oracle runs. */
  readonly float: DType;
  /** A shape with the batch's number put in, or left unknown in a trace. */
  at(shape: Shape): Shape;
}
export interface Planned {
  run(args: readonly Tensor[], env: Env): Tensor;
  readonly mag: number;
}
export interface Kind {
  readonly name: string;
  /** The classes of its arguments, one letter each. */
  readonly takes: string;
  /** How often it is chosen, relative to others. */
  readonly weight: number;
  /** Fixes all choices, by fractions in [0, 1); null where the arguments do not suit. */
  plan(args: readonly Val[], r: readonly number[]): Planned | null;
}

/** No value grows beyond it: steps that could are scaled down. */
export const LIMIT = 8;
/** The largest number of elements of a value. */
export const LARGEST = 2048;

export const choose = <T>(r: number, list: readonly T[]): T => list[Math.min(list.length - 1, Math.floor(r * list.length))]!;
export const whole = (r: number, from: number, to: number): number => Math.min(to, from + Math.floor(r * (to - from + 1)));
export const count = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** A step whose result is scaled into the limit. */
export const planned = (mag: number, run: Planned["run"]): Planned =>
  mag <= LIMIT ? { mag, run } : { mag: LIMIT / 2, run: (args, env) => mul(run(args, env), LIMIT / 2 / mag) };

/** Numbers 0 … 70 that differ along an axis of up to 71, as floats. */
const spread = (dims: Shape, axis: number, dtype: DType): Tensor => cast(mod(mul(iota(dims, axis), 7), 71), dtype);
/** x squeezed into ±0.1 around halves that all differ along an axis: no ties, no kinks, whatever the rounding. */
export const separated = (x: Tensor, axis: number): Tensor => add(mul(tanh(x), 0.1), mul(spread(x.dims, axis, x.dtype), 0.5));
/** x squeezed into ±0.1 around +0.5 or −0.5, by turns: its sign is known. */
export function signed(x: Tensor): Tensor {
  const turn = x.dims.map((_, k) => iota(x.dims, k)).reduce<Tensor>((sum, i) => add(sum, i), fill([], 0, "int32"));
  return add(mul(tanh(x), 0.1), sub(cast(mod(turn, 2), x.dtype), 0.5));
}
/** Integers brought back into [−11, 11]. */
export const small = (x: Tensor): Tensor => sub(mod(x, 23), 11);
export const isNumber = (d: Dim): d is number => typeof d === "number";
