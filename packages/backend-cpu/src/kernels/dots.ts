// Products of a matrix with a vector: dot products along the rows of the matrix, read where they lie.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import type { KernelOptions } from "./context.ts";
import { combineLanes, emitRowPass } from "./row-pass.ts";

export interface DotExports {
  /** out[i] = Σk matrix[i, k] · vector[k]; strides in bytes, the elements of a row and of the vector are neighbours. */
  dotRows(matrix: number, rowStride: number, rows: number, depth: number, vector: number, out: number, outStride: number): void;
}

export const dotKernels: KernelSources<DotExports> = { dotRows };

function dotRows(options: KernelOptions): FunctionBuilder {
  const f = new FunctionBuilder(options);
  const [matrix, rowStride, rows, depth, vector, out, outStride] = f.parametersOf("i32", 7);
  const [left, right] = f.localsOf("i32", 2);
  const [sums, factors] = [f.localsOf("v128", 4), f.localsOf("v128", 4)] as const;
  const [total, ...others] = sums;
  const zero = f.f32x4Constant(0);
  const pointers = [
    [matrix, left],
    [vector, right],
  ] as const;
  f.repeat(rows, () => {
    for (const sum of sums) f.get(zero).set(sum);
    emitRowPass(f, { columns: depth, pointers, vectors: sums.length }, ({ values, load }) => {
      load(left, zero);
      for (const [i, value] of values.entries()) f.get(value).set(factors[i] as Local);
      load(right, zero);
      for (const [i, value] of values.entries()) f.f32x4MultiplyAdd(factors[i] as Local, value, sums[i] as Local).set(sums[i] as Local);
    });
    for (const sum of others) f.get(total).get(sum).f32x4Add().set(total);
    combineLanes(f, total, "f32x4Add");
    f.get(out).get(total).v128Store32Lane(0);
    f.increase(matrix, rowStride).increase(out, outStride);
  });
  return f;
}
