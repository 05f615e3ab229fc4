// Copies of strided 32-bit matrices into rows; the transposing case runs on 4×4 blocks in registers.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { turnSquare } from "../wasm/square.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes, type KernelCalls } from "./context.ts";

/** A tile's rows and columns: both sides of 64×64 elements fit the first-level cache. */
const tileExtent = 64;

/** From so many elements on a call of the engine's memory.copy is cheaper than a loop. */
const longRow = 16;

export interface TransposeExports {
  /** out[i, j] = in[i + j·columnStride]; rows and columns are multiples of 4; strides in bytes. */
  transposeTile(source: number, columnStride: number, target: number, targetStride: number, rows: number, columns: number): void;
  /** out[i, j] = in[i·rowStride + j·columnStride]; strides in bytes. */
  copyStrided(
    source: number,
    rowStride: number,
    columnStride: number,
    target: number,
    targetStride: number,
    rows: number,
    columns: number,
  ): void;
  /** Copies whole panels of 8 columns, each row after row, `panelStride` bytes apart; strides in bytes. */
  copyPanels(
    source: number,
    rowStride: number,
    columnStride: number,
    panels: number,
    panelStride: number,
    rows: number,
    count: number,
  ): void;
  /** Sets bytes to zero. */
  fillZero(pointer: number, bytes: number): void;
}

export const transposeKernels: KernelSources<TransposeExports> = {
  transposeTile,
  copyStrided,
  copyPanels: () => copyPanels(transposeTile(), copyStrided()),
  fillZero,
};

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
  /** The elements of a row are neighbours. */
  readonly target: { readonly pointer: number; readonly rowStride: number };
}

/** target[i, j] = source[i·rowStride + j·columnStride], of any 32-bit element type. */
export function transposeCopy({ exports }: KernelCalls, { rows, columns, source, target }: TransposeCopy): void {
  const [rowStride, columnStride] = [source.rowStride * elementBytes, source.columnStride * elementBytes];
  const targetStride = target.rowStride * elementBytes;
  const transposes = source.rowStride === 1 && source.columnStride !== 1;
  const [blockRows, blockColumns] = transposes ? [rows & ~3, columns & ~3] : [0, 0];
  const from = (row: number, column: number): number => source.pointer + row * rowStride + column * columnStride;
  const to = (row: number, column: number): number => target.pointer + row * targetStride + column * elementBytes;
  for (let i = 0; i < blockRows; i += tileExtent) {
    for (let j = 0; j < blockColumns; j += tileExtent) {
      const [tileRows, tileColumns] = [Math.min(tileExtent, blockRows - i), Math.min(tileExtent, blockColumns - j)];
      exports.transposeTile(from(i, j), columnStride, to(i, j), targetStride, tileRows, tileColumns);
    }
  }
  const copy = (row: number, column: number, count: number): void => {
    if (count === 0 || column === columns) return;
    exports.copyStrided(from(row, column), rowStride, columnStride, to(row, column), targetStride, count, columns - column);
  };
  // What lies right of the blocks, and what lies below them.
  copy(0, blockColumns, blockRows);
  copy(blockRows, 0, rows - blockRows);
}

function transposeTile(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, columnStride, target, targetStride, rows, columns] = f.parametersOf("i32", 6);
  const [from, to, place, left] = f.localsOf("i32", 4);
  const v = f.locals("v128", 4);
  const block = (): void => {
    for (let i = 0; i < 4; i += 1) {
      f.get(from).v128Load().set(v(i));
      f.increase(from, columnStride);
    }
    const turned = turnSquare(f, [v(0), v(1), v(2), v(3)]);
    f.get(to).set(place);
    for (let i = 0; i < 4; i += 1) {
      f.get(place).get(turned[i]!).v128Store();
      f.increase(place, targetStride);
    }
    f.increase(to, 16);
  };
  const blockRow = (): void => {
    f.get(source).set(from).get(target).set(to).get(columns).set(left);
    f.repeat(left, block, 4);
    f.increase(source, 16).increase(target, () => f.get(targetStride).i32(2).i32Shl());
  };
  return f.repeat(rows, blockRow, 4);
}

/** Rows of neighbours are copied whole if they are long, else 8 columns at a time; all other columns singly. */
function copyStrided(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, rowStride, columnStride, target, targetStride, rows, columns] = f.parametersOf("i32", 7);
  const [from, to, left] = f.localsOf("i32", 3);
  const eachRow = (copy: () => unknown): void => {
    f.get(source).set(from).get(target).set(to).get(rows).set(left);
    f.repeat(left, () => {
      copy();
      f.increase(from, rowStride).increase(to, targetStride);
    });
  };
  const wholeRows = (): void => eachRow(() => f.get(to).get(from).get(columns).i32(2).i32Shl().memoryCopy());
  const eightColumns = (): void => {
    eachRow(() => {
      for (const place of [0, 16]) f.get(to).get(from).v128Load(place).v128Store(place);
    });
    f.increase(source, 32).increase(target, 32);
  };
  const oneColumn = (): void => {
    eachRow(() => f.get(to).get(from).i32Load().i32Store());
    f.increase(source, columnStride).increase(target, elementBytes);
  };
  f.get(columnStride).i32(elementBytes).i32Eq();
  f.if(() => {
    f.get(columns).i32(longRow).i32GeU();
    f.if(
      () => {
        wholeRows();
        f.i32(0).set(columns);
      },
      () => f.repeat(columns, eightColumns, 8),
    );
  });
  f.repeat(columns, oneColumn);
  return f;
}

/** Neighbouring columns go two panels at a time: that is a line of the cache. */
function copyPanels(tile: FunctionBuilder, copy: FunctionBuilder): FunctionBuilder {
  const f = new FunctionBuilder();
  const [source, rowStride, columnStride, panels, panelStride, rows, count] = f.parametersOf("i32", 7);
  const [from, to, second, left, whole] = f.localsOf("i32", 5);
  const twoPanels = (): void => {
    f.get(source).set(from).get(panels).set(to).get(rows).set(left);
    f.get(panels).get(panelStride).i32Add().set(second);
    f.repeat(left, () => {
      for (const place of [0, 16]) f.get(to).get(from).v128Load(place).v128Store(place);
      for (const place of [0, 16])
        f.get(second)
          .get(from)
          .v128Load(place + 32)
          .v128Store(place);
      f.increase(from, rowStride).increase(to, 32).increase(second, 32);
    });
    f.increase(source, 64).increase(panels, () => f.get(panelStride).i32(1).i32Shl());
  };
  const onePanel = (): void => {
    f.callWith(tile, source, columnStride, panels, 32, whole, 8);
    const behind = (start: Local, bytes: number) => () => f.get(whole).i32(bytes).i32Mul().get(start).i32Add();
    f.callWith(copy, behind(source, 4), rowStride, columnStride, behind(panels, 32), 32, () => f.get(rows).get(whole).i32Sub(), 8);
    f.increase(source, () => f.get(columnStride).i32(3).i32Shl()).increase(panels, panelStride);
  };
  f.get(columnStride).i32(elementBytes).i32Eq();
  f.if(
    () => f.repeat(count, twoPanels, 2),
    () => {
      f.get(rowStride).i32(elementBytes).i32Eq();
      f.if(() => f.get(rows).i32(-4).i32And().set(whole));
    },
  );
  return f.repeat(count, onePanel);
}

function fillZero(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [pointer, bytes] = f.parametersOf("i32", 2);
  return f.get(pointer).i32(0).get(bytes).memoryFill();
}
