// Rows to where their ids say: added up in the order of the rows, or the last of them noted.

import { FunctionBuilder, type Local } from "../wasm/index.ts";
import type { KernelSources } from "./base.ts";
import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";

const additions = {
  Float32: ["f32x4Add", 32],
  Float64: ["f64x2Add", 64],
  Int32: ["i32x4Add", 32],
  Int64: ["i64x2Add", 64],
} as const;
/** What elements are added as. */
export type Addend = keyof typeof additions;

/** Adds rows of x to those of y, which begins with `first`, where their ids are among the `count` from there on. `stride` and `width` in bytes. */
type AddRows = (
  ids: number,
  idBytes: number,
  rows: number,
  first: number,
  count: number,
  list: number,
  y: number,
  x: number,
  stride: number,
  width: number,
) => void;
export interface SegmentExports extends Record<`addRows${Addend}`, AddRows> {
  /** Notes the last row of each of these ids at y, which begins with `first`; −1 where none has it. */
  lastRows(ids: number, idBytes: number, rows: number, first: number, count: number, list: number, y: number): void;
}

export const segmentKernels: KernelSources<SegmentExports> = {
  addRowsFloat32: () => addRows("Float32"),
  addRowsFloat64: () => addRows("Float64"),
  addRowsInt32: () => addRows("Int32"),
  addRowsInt64: () => addRows("Int64"),
  lastRows,
};

/** For each row the segment it belongs to; those of none are left out. */
export interface Ids {
  readonly pointer: number;
  /** 4 or 8 of an id. */
  readonly bytes: number;
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

/** Pieces that a job is cut into; each looks at all ids, which short rows are not worth. */
const pieces = 4;
const shortRow = 32;
/** A piece has at least these bytes of a row. */
const leastBytes = 128;
/** What it takes to look at an id, and to pass over a byte. */
const nanoseconds = { id: 1, byte: 0.1 };
/** Rows that are listed at a time, and room for them and one more. */
const listRows = 1024;
const listBytes = 8 * (listRows + 1);

/** y[id] = the sum of the rows of x with that id, in their order. */
export function sumSegments(context: KernelContext, sum: SegmentSum): void {
  const { rows, segments, width, x, y, addend } = sum;
  if (segments * width === 0) return;
  const [size, ranges] = rangesOf(segments, width < shortRow ? pieces / 2 : pieces);
  // The columns are cut where there are too few segments to cut.
  const part = Math.max(leastBytes, Math.ceil(width / Math.floor(pieces / ranges) / leastBytes) * leastBytes);
  const parts = Math.ceil(width / part);
  if (parts > 1) context.exports.fillZero(y, segments * width);
  const time = (rows + segments) * width * nanoseconds.byte + rows * ranges * parts * nanoseconds.id;
  context.parallel(ranges * parts, time, (calls, piece) => {
    const first = (piece % ranges) * size;
    const column = Math.floor(piece / ranges) * part;
    const count = Math.min(size, segments - first);
    if (parts === 1) calls.exports.fillZero(y + first * width, count * width);
    const columns = Math.min(part, width - column);
    calls.exports[`addRows${addend}`](...idsOf(calls, sum, first, count), y + first * width + column, x + column, width, columns);
  });
}

/** last[id] = the last row with that id, −1 where there is none, as int32. */
export function lastOfSegments(context: KernelContext, ids: Ids, last: number): void {
  const [size, ranges] = rangesOf(ids.segments, pieces / 2);
  context.parallel(ranges, (ids.rows * ranges + ids.segments) * nanoseconds.id, (calls, piece) => {
    const first = piece * size;
    const count = Math.min(size, ids.segments - first);
    calls.exports.lastRows(...idsOf(calls, ids, first, count), last + first * elementBytes);
  });
}

function rangesOf(segments: number, most: number): [size: number, ranges: number] {
  const size = Math.max(1, Math.ceil(segments / most));
  return [size, Math.ceil(segments / size)];
}

type GivenIds = [ids: number, idBytes: number, rows: number, first: number, count: number, list: number];
const idsOf = ({ scratch }: KernelCalls, { pointer, bytes, rows }: Ids, first: number, count: number): GivenIds => [
  pointer,
  bytes,
  rows,
  first,
  count,
  scratch.reserve(listBytes),
];

interface IdLoop {
  readonly ids: Local;
  readonly idBytes: Local;
  readonly rows: Local;
  readonly first: Local;
  readonly count: Local;
  readonly list: Local;
}
/**
 * Emits a loop over the rows whose id counts; `visit` is handed the row, and the place of its id among those that count. Some
 * rows at a time are listed without a jump: one that depends on ids would be mispredicted, and memory waited for at every row.
 */
function overIds(f: FunctionBuilder, { ids, idBytes, rows, first, count, list }: IdLoop, visit: (row: Local, id: Local) => void): void {
  const [row, left, listed, entry, place, upper, mask] = f.localsOf("i32", 7);
  // The upper half of an id must be 0, if there is one.
  f.get(idBytes).i32(4).i32Sub().tee(upper).i32Eqz().i32(1).i32Sub().set(mask);
  const enlist = (): void => {
    f.get(listed).get(row).i32Store().get(listed).get(ids).i32Load().get(first).i32Sub().tee(place).i32Store(4);
    const isInside = (): FunctionBuilder =>
      f.get(ids).get(upper).i32Add().i32Load().get(mask).i32And().i32Eqz().get(place).get(count).i32LtU().i32And();
    f.increase(listed, () => isInside().i32(3).i32Shl());
    f.increase(ids, idBytes).increase(row, 1);
  };
  const anyLeft = (): FunctionBuilder => f.get(rows);
  f.while(anyLeft, () => {
    f.get(rows).i32(listRows).get(rows).i32(listRows).i32LtU().select().set(left);
    f.increase(rows, () => f.i32(0).get(left).i32Sub());
    f.get(list).tee(entry).set(listed);
    f.repeat(left, enlist);
    f.whileBelow(entry, listed, () => {
      f.get(entry).i32Load(4).set(place).get(entry).i32Load().set(left);
      visit(left, place);
      f.increase(entry, 8);
    });
  });
}

function addRows(addend: Addend): FunctionBuilder {
  const f = new FunctionBuilder();
  const [ids, idBytes, rows, first, count, list, y, x, stride, width] = f.parametersOf("i32", 10);
  const [from, to, left] = f.localsOf("i32", 3);
  const [add, bits] = additions[addend];
  const vectors = (n: number) => (): void => {
    for (let at = 0; at < n * 16; at += 16) f.get(to).get(to).v128Load(at).get(from).v128Load(at)[add]().v128Store(at);
    f.increase(from, n * 16).increase(to, n * 16);
  };
  const element = (): void => {
    f.get(to).get(to)[`v128Load${bits}Zero`]().get(from)[`v128Load${bits}Zero`]()[add]()[`v128Store${bits}Lane`](0);
    f.increase(from, bits / 8).increase(to, bits / 8);
  };
  overIds(f, { ids, idBytes, rows, first, count, list }, (row, id) => {
    f.get(id).get(stride).i32Mul().get(y).i32Add().set(to);
    f.get(row).get(stride).i32Mul().get(x).i32Add().set(from);
    f.get(width).set(left);
    f.repeat(left, vectors(4), 64)
      .repeat(left, vectors(1), 16)
      .repeat(left, element, bits / 8);
  });
  return f;
}

function lastRows(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [ids, idBytes, rows, first, count, list, y] = f.parametersOf("i32", 7);
  f.get(y).i32(-1).get(count).i32(2).i32Shl().memoryFill();
  overIds(f, { ids, idBytes, rows, first, count, list }, (row, id) => {
    f.get(id).i32(2).i32Shl().get(y).i32Add().get(row).i32Store();
  });
  return f;
}
