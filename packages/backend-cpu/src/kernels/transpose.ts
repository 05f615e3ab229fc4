// Copies a strided 32-bit matrix into rows; the transposing case runs on 4×4 blocks in registers.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { elementBytes, type KernelContext } from "./context.ts";
import { setEnd } from "./row-pieces.ts";

/** A tile's rows and columns: both sides of 64×64 elements fit the first-level cache. */
const tileExtent = 64;

/** From this size on a call of the engine's memory.copy is cheaper than a loop. */
const longRowBytes = 1024;

export interface TransposeExports {
  /** out[i, j] = in[i + j·columnStride]; rows and columns are multiples of 4; strides in bytes. */
  transposeBlocks(source: number, columnStride: number, target: number, targetStride: number, rows: number, columns: number): void;
  /** out[i, j] = in[i·rowStride + j·columnStride] element by element; strides in bytes. */
  copyStrided(
    source: number,
    rowStride: number,
    columnStride: number,
    target: number,
    targetStride: number,
    rows: number,
    columns: number,
  ): void;
  /** The same where the elements of a row are neighbours. */
  copyRows(source: number, rowStride: number, target: number, targetStride: number, rows: number, rowBytes: number): void;
}

export function transposeFunctions(): Record<keyof TransposeExports, FunctionBuilder> {
  return { transposeBlocks: transposeBlocks(), copyStrided: copyStrided(), copyRows: copyRows() };
}

/** A strided matrix of 32-bit elements; strides count elements and may be 0. */
export interface StridedMatrix {
  readonly pointer: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

export interface TransposeCopy {
  readonly rows: number;
  readonly columns: number;
  readonly source: StridedMatrix;
  readonly target: { readonly pointer: number; readonly rowStride: number };
  /** How many matrices, and how far apart they are in elements. Default: one. */
  readonly batch?: { readonly count: number; readonly sourceStride: number; readonly targetStride: number };
}

/** target[i, j] = source[i·rowStride + j·columnStride], of any 32-bit element type. */
export function transposeCopy({ exports }: Pick<KernelContext, "exports">, copy: TransposeCopy): void {
  const { rows, columns, source, target, batch = { count: 1, sourceStride: 0, targetStride: 0 } } = copy;
  if (rows === 0 || columns === 0) return;
  const [rowStride, columnStride] = [source.rowStride * elementBytes, source.columnStride * elementBytes];
  const targetStride = target.rowStride * elementBytes;
  for (let item = 0; item < batch.count; item += 1) {
    const from = source.pointer + item * batch.sourceStride * elementBytes;
    const to = target.pointer + item * batch.targetStride * elementBytes;
    if (source.columnStride === 1) {
      exports.copyRows(from, rowStride, to, targetStride, rows, columns * elementBytes);
    } else if (source.rowStride === 1) {
      const [blockRows, blockColumns] = [rows & ~3, columns & ~3];
      exports.transposeBlocks(from, columnStride, to, targetStride, blockRows, blockColumns);
      const below = [from + blockRows * elementBytes, to + blockRows * targetStride] as const;
      exports.copyStrided(below[0], rowStride, columnStride, below[1], targetStride, rows & 3, columns);
      const right = [from + blockColumns * columnStride, to + blockColumns * elementBytes] as const;
      exports.copyStrided(right[0], rowStride, columnStride, right[1], targetStride, blockRows, columns & 3);
    } else {
      exports.copyStrided(from, rowStride, columnStride, to, targetStride, rows, columns);
    }
  }
}

/** Emits a 4×4 transpose of the four vectors, in place; `spare` are four more locals. */
export function transpose4x4(f: FunctionBuilder, v: (i: number) => Local, spare: (i: number) => Local): void {
  const shuffle = (a: Local, b: Local, lanes: [number, number, number, number], target: Local): void => {
    f.get(a)
      .get(b)
      .i32x4Shuffle(...lanes)
      .set(target);
  };
  for (const pair of [0, 1]) {
    shuffle(v(2 * pair), v(2 * pair + 1), [0, 4, 1, 5], spare(pair));
    shuffle(v(2 * pair), v(2 * pair + 1), [2, 6, 3, 7], spare(pair + 2));
  }
  for (const half of [0, 2]) {
    shuffle(spare(half), spare(half + 1), [0, 1, 4, 5], v(half));
    shuffle(spare(half), spare(half + 1), [2, 3, 6, 7], v(half + 1));
  }
}

function transposeBlocks(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, columnStride, target, targetStride, rows, columns] = f.parametersOf("i32", 6);
  const [tileRow, tileRowEnd, row] = f.localsOf("i32", 3);
  const [tileColumn, tileColumnEnd, column] = f.localsOf("i32", 3);
  const [from, to] = f.localsOf("i32", 2);
  const [v, spare] = [f.locals("v128", 4), f.locals("v128", 4)];
  const nextTile = (start: Local, extent: Local, end: Local): void => {
    f.get(start).i32(tileExtent).i32Add().tee(end);
    f.get(extent).get(end).get(extent).i32LtU().select().set(end);
  };
  const block = (): void => {
    // Addresses: source + row·4 + column·columnStride, and target + row·targetStride + column·4.
    f.get(source).get(row).i32(2).i32Shl().i32Add();
    f.get(column).get(columnStride).i32Mul().i32Add().set(from);
    for (let i = 0; i < 4; i += 1) {
      f.get(from).v128Load().set(v(i));
      if (i < 3) f.increase(from, columnStride);
    }
    transpose4x4(f, v, spare);
    f.get(target).get(row).get(targetStride).i32Mul().i32Add();
    f.get(column).i32(2).i32Shl().i32Add().set(to);
    for (let i = 0; i < 4; i += 1) {
      f.get(to).get(v(i)).v128Store();
      if (i < 3) f.increase(to, targetStride);
    }
  };
  f.whileBelow(tileRow, rows, () => {
    nextTile(tileRow, rows, tileRowEnd);
    f.i32(0).set(tileColumn);
    f.whileBelow(tileColumn, columns, () => {
      nextTile(tileColumn, columns, tileColumnEnd);
      f.get(tileRow).set(row);
      f.whileBelow(row, tileRowEnd, () => {
        f.get(tileColumn).set(column);
        f.whileBelow(column, tileColumnEnd, () => {
          block();
          f.increase(column, 4);
        });
        f.increase(row, 4);
      });
      f.get(tileColumnEnd).set(tileColumn);
    });
    f.get(tileRowEnd).set(tileRow);
  });
  return f;
}

function copyStrided(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, rowStride, columnStride, target, targetStride, rows, columns] = f.parametersOf("i32", 7);
  const [from, to, end] = f.localsOf("i32", 3);
  f.repeat(rows, () => {
    f.get(source).set(from);
    f.get(target).set(to);
    setEnd(f, end, target, columns);
    f.whileBelow(to, end, () => {
      f.get(to).get(from).i32Load().i32Store();
      f.increase(from, columnStride).increase(to, elementBytes);
    });
    f.increase(source, rowStride).increase(target, targetStride);
  });
  return f;
}

function copyRows(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, rowStride, target, targetStride, rows, rowBytes] = f.parametersOf("i32", 6);
  const [from, to, vectorsEnd, end] = f.localsOf("i32", 4);
  f.repeat(rows, () => {
    f.get(rowBytes).i32(longRowBytes).i32GeU();
    f.if(
      () => f.get(target).get(source).get(rowBytes).memoryCopy(),
      () => {
        f.get(source).set(from);
        f.get(target).tee(to).get(rowBytes).i32Add().set(end);
        f.get(target).get(rowBytes).i32(~15).i32And().i32Add().set(vectorsEnd);
        f.whileBelow(to, vectorsEnd, () => {
          f.get(to).get(from).v128Load().v128Store();
          f.increase(from, 16).increase(to, 16);
        });
        f.whileBelow(to, end, () => {
          f.get(to).get(from).i32Load().i32Store();
          f.increase(from, elementBytes).increase(to, elementBytes);
        });
      },
    );
    f.increase(source, rowStride).increase(target, targetStride);
  });
  return f;
}
