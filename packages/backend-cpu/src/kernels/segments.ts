// Rows to where their ids say: added up in the order of the rows, or the last of them noted.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";

const additions = {
  Float32: ["f32x4Add", 32],
  Float64: ["f64x2Add", 64],
  Int8: ["i8x16Add", 8],
  Int16: ["i16x8Add", 16],
  Int32: ["i32x4Add", 32],
  Int64: ["i64x2Add", 64],
} as const;
/** What elements are added as. */
export type Addend = keyof typeof additions;

/** Adds rows of x to those of y that their ids name, where these are among the `count` from `first` on. Strides and `width` in bytes. */
type AddRows = (
  ids: number,
  idBytes: number,
  isSigned: number,
  rows: number,
  first: number,
  count: number,
  y: number,
  x: number,
  stride: number,
  width: number,
) => void;
export interface SegmentExports extends Record<`addRows${Addend}`, AddRows> {
  /** Notes at y, which begins with `first`, the last row of each of these ids; −1 where none has it. */
  lastRows(ids: number, idBytes: number, isSigned: number, rows: number, first: number, count: number, y: number): void;
}

export const segmentKernels: KernelSources<SegmentExports> = {
  addRowsFloat32: () => addRows("Float32"),
  addRowsFloat64: () => addRows("Float64"),
  addRowsInt8: () => addRows("Int8"),
  addRowsInt16: () => addRows("Int16"),
  addRowsInt32: () => addRows("Int32"),
  addRowsInt64: () => addRows("Int64"),
  lastRows,
};

/** For each row the segment it belongs to; those of none are left out. */
export interface Ids {
  readonly pointer: number;
  readonly bytes: number;
  readonly isSigned: boolean;
  readonly rows: number;
  readonly segments: number;
}
export interface SegmentSum extends Ids {
  readonly addend: Addend;
  /** Bytes of a row. */
  readonly width: number;
  readonly x: number;
  readonly y: number;
}

/** Pieces that one job is cut into, roughly, if it is large. */
const pieces = 8;
/** What it takes to look at an id, and to pass over a byte. */
const nanoseconds = { id: 1, byte: 0.1 };
const lineBytes = 64;
const zeroBytes = 2 ** 18;

/** y[id] = the sum of the rows of x with that id, in their order. */
export function sumSegments(context: KernelContext, sum: SegmentSum): void {
  const { rows, segments, width, x, y, addend } = sum;
  const bytes = segments * width;
  context.parallel(Math.ceil(bytes / zeroBytes), bytes * nanoseconds.byte, ({ exports }, piece) => {
    exports.fillZero(y + piece * zeroBytes, Math.min(zeroBytes, bytes - piece * zeroBytes));
  });
  if (rows * bytes === 0) return;
  // Pieces are columns of some lines, and ranges of segments.
  const part = Math.max(2 * lineBytes, Math.ceil(width / pieces / lineBytes) * lineBytes);
  const parts = Math.ceil(width / part);
  inRanges(context, sum, { parts, time: rows * width * nanoseconds.byte }, ({ exports }, ids, k) => {
    exports[`addRows${addend}`](...ids, y + k * part, x + k * part, width, Math.min(part, width - k * part));
  });
}

/** last[id] = the last row with that id, −1 where there is none, as int32. */
export function lastOfSegments(context: KernelContext, ids: Ids, last: number): void {
  inRanges(context, ids, { parts: 1, time: 0 }, ({ exports }, given) => exports.lastRows(...given, last + given[4] * elementBytes));
}

type Given = [ids: number, idBytes: number, isSigned: number, rows: number, first: number, count: number];
function inRanges(
  context: KernelContext,
  { pointer, bytes, isSigned, rows, segments }: Ids,
  { parts, time }: { readonly parts: number; readonly time: number },
  run: (calls: KernelCalls, given: Given, part: number) => void,
): void {
  const size = Math.ceil(segments / Math.max(1, Math.floor(pieces / parts)));
  const ranges = Math.ceil(segments / size);
  context.parallel(ranges * parts, time + rows * ranges * parts * nanoseconds.id, (calls, piece) => {
    const first = (piece % ranges) * size;
    run(calls, [pointer, bytes, Number(isSigned), rows, first, Math.min(size, segments - first)], Math.floor(piece / ranges));
  });
}

interface IdLoop {
  readonly ids: Local;
  readonly idBytes: Local;
  readonly isSigned: Local;
  readonly rows: Local;
  readonly first: Local;
  readonly count: Local;
}
/** Emits a loop over rows; `visit` gets the place of the row's id among those that count, `next` runs after every row. */
function overIds(
  f: FunctionBuilder,
  { ids, idBytes, isSigned, rows, first, count }: IdLoop,
  visit: (id: Local) => void,
  next: () => void,
): void {
  const [start, end, shift, mask] = f.localsOf("i64", 4);
  const id = f.local("i64");
  const place = f.local("i32");
  f.get(first).i64ExtendI32U().set(start).get(count).i64ExtendI32U().set(end);
  f.i32(64).get(idBytes).i32(3).i32Shl().i32Sub().i64ExtendI32U().set(shift);
  f.i64(-1n).i64(-1n).get(shift).i64ShrU().get(isSigned).select().set(mask);
  // Eight bytes are read that end with the id's last.
  f.increase(ids, () => f.get(idBytes).i32(8).i32Sub());
  f.repeat(rows, () => {
    f.get(ids).i64Load().get(shift).i64ShrS().get(mask).i64And().get(start).i64Sub().tee(id).get(end).i64LtU();
    f.if(() => {
      f.get(id).i32WrapI64().set(place);
      visit(place);
    });
    next();
    f.increase(ids, idBytes);
  });
}

function addRows(addend: Addend): FunctionBuilder {
  const f = new FunctionBuilder();
  const [ids, idBytes, isSigned, rows, first, count, y, x, stride, width] = f.parametersOf("i32", 10);
  const [from, to, left] = f.localsOf("i32", 3);
  const zero = f.local("v128");
  const [add, bits] = additions[addend];
  const vectors = (n: number) => (): void => {
    for (let at = 0; at < n * 16; at += 16) f.get(to).get(to).v128Load(at).get(from).v128Load(at)[add]().v128Store(at);
    f.increase(from, n * 16).increase(to, n * 16);
  };
  const element = (): void => {
    f.get(to).get(to).get(zero)[`v128Load${bits}Lane`](0).get(from).get(zero)[`v128Load${bits}Lane`](0)[add]();
    f[`v128Store${bits}Lane`](0);
    f.increase(from, bits / 8).increase(to, bits / 8);
  };
  f.increase(y, () => f.get(first).get(stride).i32Mul());
  const addRow = (id: Local): void => {
    f.get(id).get(stride).i32Mul().get(y).i32Add().set(to);
    f.get(x).set(from).get(width).set(left);
    f.repeat(left, vectors(4), 64)
      .repeat(left, vectors(1), 16)
      .repeat(left, element, bits / 8);
  };
  overIds(f, { ids, idBytes, isSigned, rows, first, count }, addRow, () => f.increase(x, stride));
  return f;
}

function lastRows(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [ids, idBytes, isSigned, rows, first, count, y] = f.parametersOf("i32", 7);
  const row = f.local("i32");
  f.get(y).i32(-1).get(count).i32(2).i32Shl().memoryFill();
  const note = (id: Local): unknown => f.get(id).i32(2).i32Shl().get(y).i32Add().get(row).i32Store();
  overIds(f, { ids, idBytes, isSigned, rows, first, count }, note, () => f.increase(row, 1));
  return f;
}
