/** Keyed random numbers: Philox 4×32-10 (Salmon et al. 2011), with TensorFlow's way from seeds to keys and from bits to numbers. */

import { type TensorLike, toTensor } from "./convert.ts";
import { tensor } from "./creation.ts";
import { apply } from "./dispatch.ts";
import type { DType } from "./dtype.ts";
import { DTypeError, ShapeError, ValueError } from "./errors.ts";
import type { Unary } from "./forms.ts";
import type { Op } from "./op.ts";
import { add, cast, mod, mul, unary } from "./primitives.ts";
import * as s from "./scalar.ts";
import type { Shape } from "./shape.ts";
import { makeSpec } from "./spec.ts";
import type { Tensor } from "./tensor.ts";

export const u32 = (n: number): s.Expr => s.num(n, "uint32");

export type Words = readonly [s.Expr, s.Expr, s.Expr, s.Expr];
/** Ten rounds on a 128-bit counter with a 64-bit key. */
export function philox(counter: Words, [k0, k1]: readonly [s.Expr, s.Expr]): Words {
  let [a, b, c, d] = counter;
  for (let round = 0; round < 10; round++) {
    const [x, y] = [s.add(k0, u32(Math.imul(round, 0x9e3779b9) >>> 0)), s.add(k1, u32(Math.imul(round, 0xbb67ae85) >>> 0))];
    const [hi0, lo0] = [s.binary("mulHi", a, u32(0xd2511f53)), s.mul(a, u32(0xd2511f53))];
    const [hi1, lo1] = [s.binary("mulHi", c, u32(0xcd9e8d57)), s.mul(c, u32(0xcd9e8d57))];
    [a, b, c, d] = [s.binary("bitXor", s.binary("bitXor", hi1, b), x), lo1, s.binary("bitXor", s.binary("bitXor", hi0, d), y), lo0];
  }
  return [a, b, c, d];
}
export const pick = (words: Words, i: s.Expr): s.Expr =>
  s.select(s.eq(i, s.int(0)), words[0], s.select(s.eq(i, s.int(1)), words[1], s.select(s.eq(i, s.int(2)), words[2], words[3])));

/** Two seed numbers to `[key0, key1, counter2, counter3]`, scrambled so that any seeds will do (TensorFlow's GenerateKey). */
const keyOp: Op<undefined> = {
  name: "randomKey",
  infer([seed]) {
    if (seed!.dtype !== "int32" || seed!.shape.length !== 1 || seed!.shape[0] !== 2)
      throw new ShapeError("random", "a seed is int32[2]", { got: [seed!] });
    return [makeSpec([4], "uint32")];
  },
  vjp: () => [null],
  how: {
    kind: "source",
    element([i]) {
      // int64 seeds: the upper word of a negative one is all ones.
      const word = (k: number): readonly [s.Expr, s.Expr] => {
        const x = s.read(0, "int32", [s.int(k)]);
        return [s.bitcast(x, "uint32"), s.select(s.lt(x, s.int(0)), u32(0xffffffff), u32(0))];
      };
      const mixed = philox([...word(0), ...word(1)] as unknown as Words, [u32(0x3ec8f720), u32(0x02461e29)]);
      return pick(mixed, i!);
    },
  },
};
/** Of an element of a tensor drawn with the key in input 0: its flat place, and the block of four words it is in. */
function drawn(index: readonly s.Expr[], shape: Shape): { place: s.Expr; words: Words } {
  const place = index.reduce((at, i, k) => s.add(s.mul(at, s.dim(shape[k]!)), i), s.int(0));
  return { place, words: wordsOf(s.cast(s.floorDiv(place, s.int(4)), "uint32"), u32(0)) };
}
/** The four words of a block, which a low and a high word count. */
export function wordsOf(low: s.Expr, high: s.Expr): Words {
  const key = (k: number): s.Expr => s.read(0, "uint32", [s.int(k)]);
  return philox([low, high, key(2), key(3)], [key(0), key(1)]);
}

/** Random words: element i is word `i mod 4` of the block at counter `i / 4`. */
const bitsOp: Op<{ shape: Shape }> = {
  name: "randomBits",
  infer: (_, { shape }) => [makeSpec(shape, "uint32")],
  vjp: () => [null],
  how: {
    kind: "source",
    element(index, { shape }) {
      const { place, words } = drawn(index, shape);
      return pick(words, s.mod(place, s.int(4)));
    },
  },
};

/** Two integers, or a tensor int32[2]: the same seed gives the same numbers, always and on every backend. */
export type Seed = readonly [number, number] | TensorLike;

export const keyOf = (op: string, seed: Seed): Tensor =>
  apply(keyOp, [Array.isArray(seed) ? tensor(seed as number[], [2], "int32") : toTensor(op, seed as TensorLike)], undefined);

/** Uniform 32-bit words as uint32; bit-equal to `tf.random.stateless_uniform(..., minval=None, alg="philox")`. */
export const randomBits = (shape: Shape, options: { readonly seed: Seed }): Tensor =>
  apply(bitsOp, [keyOf("randomBits", options.seed)], { shape });

export interface UniformOptions {
  readonly seed: Seed;
  readonly minval?: number;
  /** Exclusive. */
  readonly maxval?: number;
  readonly dtype?: DType;
}
/**
 * Uniform numbers in [minval, maxval); bit-equal to `tf.random.stateless_uniform(..., alg="philox")` for float32.
 * @example
 * randomUniform([2, 3], { seed: [1, 2] });
 */
export function randomUniform(shape: Shape, { seed, minval = 0, maxval = 1, dtype = "float32" }: UniformOptions): Tensor {
  const bits = randomBits(shape, { seed });
  if (dtype === "int32") {
    if (maxval <= minval) throw new ValueError("randomUniform", `the interval [${minval}, ${maxval}) is empty`);
    return add(cast(mod(bits, maxval - minval), "int32"), minval);
  }
  if (dtype !== "float32") throw new DTypeError("randomUniform", `draws float32 or int32, not ${dtype}`, { hint: "Convert with cast()." });
  const floats = unitFloats(bits);
  return minval === 0 && maxval === 1 ? floats : add(mul(floats, maxval - minval), minval);
}
/** As TensorFlow: the low 23 bits are the fraction of a number in [1, 2), less 1. */
const unit = (word: s.Expr): s.Expr =>
  s.sub(s.bitcast(s.binary("bitOr", s.binary("bitAnd", word, u32(0x7fffff)), u32(0x3f800000)), "float32"), s.num(1, "float32"));
const unitFloats: Unary = unary("unitFloats", unit, { takes: "int", gives: "float32" });

const normalOp: Op<{ shape: Shape }> = {
  name: "randomNormal",
  infer: (_, { shape }) => [makeSpec(shape, "float32")],
  vjp: () => [null],
  how: {
    kind: "source",
    element(index, { shape }) {
      const { place, words } = drawn(index, shape);
      return boxMuller(words, s.mod(place, s.int(4)));
    },
  },
};
/** One of the four normal numbers that four words make: Box and Muller's transform of a pair of them. */
export function boxMuller(words: Words, which: s.Expr): s.Expr {
  const second = s.le(s.int(2), which);
  const u = s.max(unit(s.select(second, words[2], words[0])), s.num(1e-7, "float32"));
  const angle = s.mul(unit(s.select(second, words[3], words[1])), s.num(2 * Math.PI, "float32"));
  const radius = s.unary("sqrt", s.mul(s.unary("log", u), s.num(-2, "float32")));
  const even = s.eq(s.mod(which, s.int(2)), s.int(0));
  return s.mul(s.select(even, s.unary("sin", angle), s.unary("cos", angle)), radius);
}
export interface NormalOptions {
  readonly seed: Seed;
  readonly mean?: number;
  readonly stddev?: number;
}
/** Normal numbers, drawn as `tf.random.stateless_normal(..., alg="philox")` draws them. */
export function randomNormal(shape: Shape, { seed, mean = 0, stddev = 1 }: NormalOptions): Tensor {
  return spread(apply(normalOp, [keyOf("randomNormal", seed)], { shape }), mean, stddev);
}
/** Standard numbers with another mean and deviation. */
export function spread(unit: Tensor, mean: number, stddev: number): Tensor {
  const scaled = stddev === 1 ? unit : mul(unit, stddev);
  return mean === 0 ? scaled : add(scaled, mean);
}
