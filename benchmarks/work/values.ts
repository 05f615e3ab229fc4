/** The numbers that computations run on: the same for every peer. */
import { randomBits, uniform } from "../keras/data.ts";
import { type Computation, type Shape, weightShapes } from "./vocabulary.ts";

export interface Values {
  readonly shape: Shape;
  /** float32, row-major. */
  readonly data: Float32Array;
}

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** Inputs from −1 to 1. */
export const inputValues = ({ inputs }: Computation): Values[] => inputs.map((shape, i) => drawn(shape, 1, 11 + i));

/** Weights that keep the size of what passes through them (He uniform); biases from −0.1 to 0.1. */
export const weightValues = (computation: Computation): Values[] =>
  weightShapes(computation).map((shape, i) => drawn(shape, shape.length === 1 ? 0.1 : Math.sqrt(6 / fanIn(shape)), 101 + i));

/** Depthwise filters end in 1, and each output has the window alone for inputs. */
const fanIn = (shape: Shape): number => sizeOf(shape.at(-1) === 1 ? shape.slice(0, -2) : shape.slice(0, -1));

/** Numbers from −limit to limit. */
export function drawn(shape: Shape, limit: number, seed: number): Values {
  const bits = randomBits(seed);
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = (2 * uniform(bits()) - 1) * limit;
  return { shape, data };
}

/** A few hundred elements from all over a result: enough to see another computation, little enough to send. */
export function excerpt(data: ArrayLike<number>, count = 500): number[] {
  const step = Math.max(1, Math.floor(data.length / count));
  // A step that is no multiple of a row's length sees all columns.
  const odd = step % 2 === 0 ? step + 1 : step;
  return Array.from({ length: Math.ceil(data.length / odd) }, (_, i) => data[i * odd]!);
}

/** How far two excerpts are apart, as a part of the largest number in either; NaN where one has another length. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  const largest = (values: readonly number[]): number => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const scale = Math.max(largest(a), largest(b));
  return scale === 0 ? 0 : largest(a.map((x, i) => x - b[i]!)) / scale;
}
