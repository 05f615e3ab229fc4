// Sums over the rows and over the columns of a matrix.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { elementBytes, type KernelContext } from "./context.ts";
import { emitRowPass } from "./row-pass.ts";
import { reduceLanes, setEnd } from "./row-pieces.ts";

/** Columns summed at a time: their sums stay in the first-level cache while the rows stream by. */
const blockColumns = 4096;

export interface SumExports {
  /** out[j] = Σi x[i, j]; strides in bytes. */
  columnSums(x: number, rowStride: number, rows: number, columns: number, out: number): void;
  /** out[i] = Σj x[i, j]; strides in bytes. */
  rowSums(x: number, rowStride: number, rows: number, columns: number, out: number): void;
}

export function sumFunctions(): Record<keyof SumExports, FunctionBuilder> {
  return { columnSums: columnSumsKernel(), rowSums: rowSumsKernel() };
}

export interface MatrixSum {
  readonly rows: number;
  readonly columns: number;
  /** Row stride in elements; the elements of a row are neighbours. */
  readonly x: { readonly pointer: number; readonly rowStride: number };
  /** One dense vector; must not overlap x. */
  readonly out: number;
}

/** out[j] = Σi x[i, j]. */
export function columnSums({ exports }: KernelContext, { rows, columns, x, out }: MatrixSum): void {
  for (let column = 0; column < columns; column += blockColumns) {
    const offset = column * elementBytes;
    const count = Math.min(blockColumns, columns - column);
    exports.columnSums(x.pointer + offset, x.rowStride * elementBytes, rows, count, out + offset);
  }
}

/** out[i] = Σj x[i, j]. */
export function rowSums({ exports }: KernelContext, { rows, columns, x, out }: MatrixSum): void {
  exports.rowSums(x.pointer, x.rowStride * elementBytes, rows, columns, out);
}

/** The sums are cleared, then rows are added to them, several at once so that the sums are seldom loaded and stored. */
function columnSumsKernel(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [x, rowStride, rows, columns, out] = f.parametersOf("i32", 5);
  const together = 8;
  f.get(out).i32(0).get(columns).i32(2).i32Shl().memoryFill();
  for (const count of [together, 1]) {
    const addRows = rowAdder(count);
    f.repeat(
      rows,
      () => {
        f.callWith(addRows, x, rowStride, columns, out);
        f.get(rowStride).i32(count).i32Mul().get(x).i32Add().set(x);
      },
      count,
    );
  }
  return f;
}

/** out[j] += Σ of `count` rows. */
function rowAdder(count: number): FunctionBuilder {
  const f = new FunctionBuilder();
  const [x, rowStride, columns, out] = f.parametersOf("i32", 4);
  const row = f.locals("i32", count);
  const rows = Array.from({ length: count }, (_, index) => row(index));
  const sums = f.local("v128");
  const [start, end] = f.localsOf("i32", 2);
  const advance = (bytes: number): void => {
    for (const pointer of [...rows, out]) f.increase(pointer, bytes);
  };
  for (const [index, pointer] of rows.entries()) {
    f.get(x);
    if (index > 0) f.get(rowStride).i32(index).i32Mul().i32Add();
    f.set(pointer);
  }
  const addVector = (offset: number): void => {
    f.get(out).v128Load(offset).set(sums);
    for (const pointer of rows) f.get(sums).get(pointer).v128Load(offset).f32x4Add().set(sums);
    f.get(out).get(sums).v128Store(offset);
  };
  f.get(out).set(start);
  setEnd(f, end, start, columns, 8);
  f.whileBelow(out, end, () => {
    addVector(0);
    addVector(16);
    advance(32);
  });
  setEnd(f, end, start, columns);
  f.whileBelow(out, end, () => {
    f.get(out).get(out).f32Load();
    for (const pointer of rows) f.get(pointer).f32Load().f32Add();
    f.f32Store();
    advance(elementBytes);
  });
  return f;
}

/** Four independent vectors of partial sums per row. */
function rowSumsKernel(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [x, rowStride, rows, columns, out] = f.parametersOf("i32", 5);
  const from = f.local("i32");
  const sums = f.localsOf("v128", 4);
  const [first, second, third, fourth] = sums;
  const zero = f.f32x4Constant(0);
  f.repeat(rows, () => {
    for (const sum of sums) f.get(zero).set(sum);
    emitRowPass(f, { columns, pointers: [[x, from]], vectors: sums.length }, (part) => {
      part.load(from, zero);
      for (const [index, value] of part.values.entries()) {
        const sum = sums[index] as Local;
        f.get(sum).get(value).f32x4Add().set(sum);
      }
    });
    f.get(first).get(second).f32x4Add().get(third).get(fourth).f32x4Add().f32x4Add().set(first);
    f.get(out);
    reduceLanes(f, first, second, "f32x4Add").f32Store();
    f.increase(x, rowStride).increase(out, elementBytes);
  });
  return f;
}
