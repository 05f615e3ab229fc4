/** Test inputs: which values a case is fed, described so that they can be made in any dtype and, along the batch axis, any size. */
import type { Backend } from "../backend.ts";
import { tensor } from "../creation.ts";
import type { DType } from "../dtype.ts";
import { nest } from "../format.ts";
import { fromBits, isHalf, toBits } from "../half.ts";
import { getBackend, setBackend } from "../registry.ts";
import type { Tensor } from "../tensor.ts";
import { type Host, sizeOfShape } from "./host.ts";
import type { Random } from "./random.ts";

export interface Input {
  readonly shape: readonly number[];
  /** Absent: the dtype the case is run in. */
  readonly dtype?: DType;
  values(random: Random, n: number, shape: readonly number[]): number[];
}

const many = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i));

/** Real numbers in [from, to], at least `by` away from the numbers to avoid (kinks and poles). */
export const reals = (shape: readonly number[], from = -2, to = 2, avoid: readonly number[] = [], by = 0.1): Input => ({
  shape,
  values: (random, n) =>
    many(n, () => {
      for (;;) {
        const v = Math.fround(random.real(from, to));
        if (avoid.every((a) => Math.abs(v - a) >= by)) return v;
      }
    }),
});
/** Integers in [from, to], as whatever dtype the case runs in unless one is given. */
export const ints = (shape: readonly number[], from = -9, to = 9, dtype?: DType): Input => ({
  shape,
  ...(dtype && { dtype }),
  values: (random, n) => many(n, () => random.int(from, to)),
});
export const bools = (shape: readonly number[]): Input => ({
  shape,
  dtype: "bool",
  values: (random, n) => many(n, () => random.int(0, 1)),
});
/** Just these numbers. */
export const given = (values: readonly number[], shape: readonly number[] = [values.length], dtype?: DType): Input => ({
  shape,
  ...(dtype && { dtype }),
  values: () => [...values],
});
/** Every element its own value, `step` apart, in random order: nothing ties, and differences see no kink. */
export const distinct = (shape: readonly number[], step = 0.25): Input => ({
  shape,
  values: (random, n) => random.shuffle(many(n, (i) => (i - n / 2) * step + step / 4)),
});

/** Host numbers that know their dtype. */
export interface TypedHost extends Host {
  readonly dtype: DType;
}

/** The numbers a tensor of a dtype would hold, as float64. */
export function makeHost(input: Input, random: Random, dtype: DType, batch?: number): TypedHost {
  const shape = batch === undefined ? input.shape : [batch, ...input.shape.slice(1)];
  const type = input.dtype ?? dtype;
  return { shape, data: input.values(random, sizeOfShape(shape), shape).map(rounding(type)), dtype: type };
}
function rounding(dtype: DType): (v: number) => number {
  if (dtype === "float32") return Math.fround;
  return isHalf(dtype) ? (v) => fromBits(toBits(v, dtype), dtype) : (v) => v;
}

/** Runs `fn` with new tensors going to a backend. */
export function onBackend<T>(backend: Backend, fn: () => T): T {
  const before = getBackend();
  void setBackend(backend);
  try {
    return fn();
  } finally {
    void setBackend(before);
  }
}

/** A tensor on the backend in use. */
export const upload = (x: Host, dtype: DType): Tensor => tensor([...x.data], x.shape, dtype);

/** The numbers of a tensor as float64: 16-bit floats decoded, bool as 0 and 1, 64-bit integers as near as float64 comes. */
export async function download(t: Tensor): Promise<TypedHost> {
  const { shape, dtype } = t;
  const flat = nest(await t.data(), [sizeOfShape(shape)], dtype) as (number | boolean | bigint)[];
  return { shape, dtype, data: flat.map(Number) };
}
