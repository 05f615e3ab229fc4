// A pass over the elements of a row: code that is written once and emitted for many vectors, one, and a rest.

import type { FunctionBuilder, Local } from "../wasm/index.ts";

/** The elements at hand, in one or more vectors. */
export interface RowPart {
  readonly values: readonly Local[];
  /** Fills `values` from a pointer; lanes behind the end of the row become `fill`. */
  load(pointer: Local, fill: Local): void;
  /** Stores vectors (`values` unless told) at a pointer; lanes behind the end of the row are not written. */
  store(pointer: Local, values?: readonly Local[]): void;
  /** Each of the vectors as a part of its own, to load where there are no registers for all at once. */
  vectors(): readonly RowPart[];
}

export interface RowPass {
  /** The number of elements. */
  readonly columns: Local;
  /** Where rows start, and the locals that move along them. */
  readonly pointers: readonly [first: readonly [start: Local, moving: Local], ...more: (readonly [start: Local, moving: Local])[]];
  /** Vectors per part while there are enough; the code for each hides the latency of the others. A power of two. */
  readonly vectors: number;
}

/** Emits a loop over parts of several vectors, one over single vectors, and code for the last 1–3 elements. */
export function emitRowPass(f: FunctionBuilder, { columns, pointers, vectors }: RowPass, visit: (part: RowPart) => void): void {
  const [end, rest] = f.localsOf("i32", 2);
  const values: readonly Local[] = f.localsOf("v128", vectors);
  const [[start, position]] = pointers;
  for (const [from, moving] of pointers) f.get(from).set(moving);
  for (const count of [vectors, 1]) {
    setEnd(f, end, start, columns, count * 4);
    f.whileBelow(position, end, () => {
      visit(vectorPart(f, values.slice(0, count)));
      for (const [, moving] of pointers) f.increase(moving, count * 16);
    });
  }
  f.get(columns).i32(3).i32And().tee(rest);
  f.if(() => visit(tailPart(f, values[0] as Local, rest)));
}

function vectorPart(f: FunctionBuilder, values: readonly Local[], first = 0): RowPart {
  return {
    values,
    load: (pointer) => {
      for (const [index, value] of values.entries())
        f.get(pointer)
          .v128Load((first + index) * 16)
          .set(value);
    },
    store: (pointer, stored = values) => {
      for (const [index, value] of stored.entries())
        f.get(pointer)
          .get(value)
          .v128Store((first + index) * 16);
    },
    vectors: () => values.map((value, index) => vectorPart(f, [value], first + index)),
  };
}

/** `count` (1–3) elements in the low lanes of one vector. */
function tailPart(f: FunctionBuilder, value: Local, count: Local): RowPart {
  const eachLane = (code: (lane: number) => unknown): void => {
    code(0);
    for (const lane of [1, 2]) {
      f.get(count).i32(lane).i32GtU();
      f.if(() => code(lane));
    }
  };
  const part: RowPart = {
    values: [value],
    load: (pointer, fill) => {
      f.get(fill).set(value);
      eachLane((lane) =>
        f
          .get(pointer)
          .get(value)
          .v128Load32Lane(lane, lane * 4)
          .set(value),
      );
    },
    store: (pointer, [stored] = [value]) =>
      eachLane((lane) =>
        f
          .get(pointer)
          .get(stored as Local)
          .v128Store32Lane(lane, lane * 4),
      ),
    vectors: () => [part],
  };
  return part;
}

/** end = start + 4 bytes · (count rounded down to a multiple, a power of two). */
export function setEnd(f: FunctionBuilder, end: Local, start: Local, count: Local, multiple = 1): void {
  f.get(count);
  if (multiple > 1) f.i32(-multiple).i32And();
  f.i32(2).i32Shl().get(start).i32Add().set(end);
}

/** Replaces each lane by the combination of the four. */
export function combineLanes(f: FunctionBuilder, value: Local, combine: "f32x4Pmax" | "f32x4Add"): void {
  f.get(value).get(value).get(value).i32x4Shuffle(2, 3, 0, 1)[combine]().set(value);
  f.get(value).get(value).get(value).i32x4Shuffle(1, 0, 3, 2)[combine]().set(value);
}

/** Combines values into a total, in pairs first, so that only one step waits for the total of before. */
export function foldInto(f: FunctionBuilder, total: Local, values: readonly Local[], combine: "f32x4Pmax" | "f32x4Add"): void {
  f.get(total);
  for (let index = 0; index < values.length; index += 2) {
    f.get(values[index] as Local);
    if (index + 1 < values.length) f.get(values[index + 1] as Local)[combine]();
    f[combine]();
  }
  f.set(total);
}
