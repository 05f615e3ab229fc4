// The steps of attention between two matrix products, on a block of scores that lies in the first caches.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes, type KernelOptions } from "./context.ts";
import { emitExp, lowestExp } from "./math.ts";
import { combineLanes, emitRowPass, foldInto, type RowPart, setEnd } from "./row-pass.ts";

/** Vectors worked on in turn; more hide more of each step's latency, but spill. */
const groupVectors = 4;

export interface AttentionExports {
  /**
   * Brings in the scores of further keys, after Milakov and Gimelshein (2018). For every row r with scores s·scale:
   * s becomes e^(s·scale − most), most[r] the largest score so far and total[r] the sum of all e^(score − most) so far; the
   * row of means (`columns`) is brought to the new largest score, unless these are the first keys. Strides in bytes.
   */
  attendRows(
    scores: number,
    scoreStride: number,
    rows: number,
    keys: number,
    means: number,
    meanStride: number,
    columns: number,
    most: number,
    total: number,
    isFirst: number,
    scale: number,
  ): void;
  /** x[r, :] /= by[r]. */
  divideRows(x: number, stride: number, rows: number, columns: number, by: number): void;
  /**
   * From scores s and gradients d of weights, a row for each key: s becomes the weight w = e^(s·scale − most) / total,
   * d the gradient of a product, w · (d − delta) · scale. `most`, `total` and `delta` lie along the columns, the queries.
   */
  attentionGradientRows(
    scores: number,
    gradients: number,
    stride: number,
    rows: number,
    columns: number,
    most: number,
    total: number,
    delta: number,
    scale: number,
  ): void;
  /** x[i, j] = value where the byte at mask + i·rowStep + j·columnStep is 0. */
  fillMasked(
    x: number,
    stride: number,
    rows: number,
    columns: number,
    mask: number,
    rowStep: number,
    columnStep: number,
    value: number,
  ): void;
}

export const attentionKernels: KernelSources<AttentionExports> = { attendRows, divideRows, attentionGradientRows, fillMasked };

function attendRows(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [scores, scoreStride, rows, keys, means, meanStride, columns, most, total, isFirst, factor] = f.parameters(
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "f32",
  );
  const [score, mean] = f.localsOf("i32", 2);
  const [maximum, sum, scale, correction] = f.localsOf("v128", 4);
  const zero = f.f32x4Constant(0);
  const limit = f.f32x4Constant(lowestExp);
  // Finite, so that e^(before − after) of two empty rows is no NaN.
  const lowest = f.f32x4Constant(-3.4028234663852886e38);
  const pass = (visit: (part: RowPart) => void): void =>
    emitRowPass(f, { columns: keys, pointers: [[scores, score]], vectors: groupVectors }, visit);
  const isNext = (): FunctionBuilder => f.get(isFirst).i32Eqz();

  f.get(factor).f32x4Splat().set(scale);
  f.repeat(rows, () => {
    f.get(lowest).set(maximum).get(zero).set(sum);
    // NaN is passed over here; its exp is NaN.
    pass((part) => {
      part.load(score, lowest);
      for (const value of part.values) f.get(value).get(scale).f32x4Mul().set(value);
      foldInto(f, maximum, part.values, "f32x4Pmax");
    });
    combineLanes(f, maximum, "f32x4Pmax");
    isNext().if(() => {
      f.get(most).v128Load32Splat().set(correction);
      f.get(maximum).get(correction).f32x4Pmax().set(maximum);
      f.get(correction).get(maximum).f32x4Sub().set(correction);
      emitExp(f, [correction], limit);
    });
    pass((part) => {
      part.load(score, lowest);
      for (const value of part.values) f.get(value).get(scale).f32x4Mul().get(maximum).f32x4Sub().set(value);
      emitExp(f, part.values, limit);
      part.store(score);
      foldInto(f, sum, part.values, "f32x4Add");
    });
    combineLanes(f, sum, "f32x4Add");
    isNext().if(() => {
      f.f32x4MultiplyAdd(() => f.get(total).v128Load32Splat(), correction, sum).set(sum);
      emitRowPass(f, { columns, pointers: [[means, mean]], vectors: groupVectors }, (part) => {
        part.load(mean, zero);
        for (const value of part.values) f.get(value).get(correction).f32x4Mul().set(value);
        part.store(mean);
      });
    });
    f.get(most).get(maximum).v128Store32Lane(0);
    f.get(total).get(sum).v128Store32Lane(0);
    f.increase(scores, scoreStride).increase(means, meanStride).increase(most, elementBytes).increase(total, elementBytes);
  });
  return f;
}

function divideRows(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [x, stride, rows, columns, by] = f.parametersOf("i32", 5);
  const place = f.local("i32");
  const divisor = f.local("v128");
  const zero = f.f32x4Constant(0);
  f.repeat(rows, () => {
    f.get(by).v128Load32Splat().set(divisor);
    emitRowPass(f, { columns, pointers: [[x, place]], vectors: groupVectors }, (part) => {
      part.load(place, zero);
      for (const value of part.values) f.get(value).get(divisor).f32x4Div().set(value);
      part.store(place);
    });
    f.increase(x, stride).increase(by, elementBytes);
  });
  return f;
}

function attentionGradientRows(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [scores, gradients, stride, rows, columns, most, total, delta, factor] = f.parameters(
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "f32",
  );
  const [score, gradient, largest, sum, mean] = f.localsOf("i32", 5);
  const scale = f.local("v128");
  const [weights, deltas] = [f.localsOf("v128", groupVectors), f.localsOf("v128", groupVectors)] as const;
  const zero = f.f32x4Constant(0);
  const one = f.f32x4Constant(1);
  // Well above the least normal number: a weight is divided, then multiplied with gradients.
  const limit = f.f32x4Constant(lowestExp + 16);
  const pointers = [
    [scores, score],
    [gradients, gradient],
    [most, largest],
    [total, sum],
    [delta, mean],
  ] as const;

  f.get(factor).f32x4Splat().set(scale);
  f.repeat(rows, () => {
    emitRowPass(f, { columns, pointers, vectors: groupVectors }, ({ values, load, store }) => {
      const mine = weights.slice(0, values.length);
      const each = (code: (value: Local, weight: Local, held: Local) => unknown): void => {
        for (const [index, value] of values.entries()) code(value, weights[index] as Local, deltas[index] as Local);
      };
      load(score, zero);
      each((value, weight) => f.get(value).get(scale).f32x4Mul().set(weight));
      load(largest, zero);
      each((value, weight) => f.get(weight).get(value).f32x4Sub().set(weight));
      emitExp(f, mine, limit);
      load(sum, one);
      each((value, weight) => f.get(weight).get(value).f32x4Div().set(weight));
      store(score, mine);
      load(mean, zero);
      each((value, _, held) => f.get(value).set(held));
      load(gradient, zero);
      each((value, weight, held) => f.get(value).get(held).f32x4Sub().get(weight).f32x4Mul().get(scale).f32x4Mul().set(value));
      store(gradient);
    });
    f.increase(scores, stride).increase(gradients, stride);
  });
  return f;
}

function fillMasked(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [x, stride, rows, columns, mask, rowStep, columnStep, value] = f.parameters("i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32");
  const [place, byte, end] = f.localsOf("i32", 3);
  const values = f.local("v128");
  const zero = f.i32x4Constant(0);
  f.get(value).f32x4Splat().set(values);
  f.repeat(rows, () => {
    f.get(x).set(place).get(mask).set(byte);
    f.get(columnStep).i32(1).i32Eq();
    f.if(() => {
      setEnd(f, end, x, columns, 4);
      f.whileBelow(place, end, () => {
        f.get(place).get(values).get(place).v128Load();
        f.get(byte).v128Load32Zero().i16x8ExtendLowI8x16U().i32x4ExtendLowI16x8U().get(zero).i32x4Eq().v128Bitselect().v128Store();
        f.increase(place, 16).increase(byte, 4);
      });
    });
    setEnd(f, end, x, columns);
    f.whileBelow(place, end, () => {
      f.get(place).get(place).f32Load().get(value).get(byte).i32Load8U().select().f32Store();
      f.increase(place, elementBytes).increase(byte, columnStep);
    });
    f.increase(x, stride).increase(mask, rowStep);
  });
  return f;
}
