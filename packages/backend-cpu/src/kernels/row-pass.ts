// A pass over the elements of a row: code that is written once and emitted for many vectors, one, and a rest.

import type { FunctionBuilder, Local } from "../wasm/index.ts";
import { loadTail, setEnd, storeTail } from "./row-pieces.ts";

/** The elements at hand, in one or more vectors. */
export interface RowPart {
  readonly values: readonly Local[];
  /** Fills `values` from a pointer of the pass; lanes behind the end of the row become `fill`. */
  load(pointer: Local, fill: Local): void;
  /** Stores `values` at a pointer of the pass; lanes behind the end of the row are not written. */
  store(pointer: Local): void;
}

export interface RowPass {
  /** The number of elements. */
  readonly columns: Local;
  /** Where rows start, and the locals that move along them. */
  readonly pointers: readonly (readonly [start: Local, moving: Local])[];
  /** Vectors per part while there are enough; the code for each hides the latency of the others. A power of two. */
  readonly vectors: number;
}

/** Emits a loop over parts of several vectors, one over single vectors, and code for the last 1–3 elements. */
export function emitRowPass(f: FunctionBuilder, { columns, pointers, vectors }: RowPass, visit: (part: RowPart) => void): void {
  const [end, rest] = f.localsOf("i32", 2);
  const values = Array.from({ length: vectors }, () => f.local("v128"));
  const [first] = pointers;
  if (first === undefined) throw new Error("a row pass needs a pointer");
  const [start, position] = first;
  for (const [from, moving] of pointers) f.get(from).set(moving);
  for (const count of [vectors, 1]) {
    const part = vectorPart(f, values.slice(0, count));
    setEnd(f, end, start, columns, count * 4);
    f.whileBelow(position, end, () => {
      visit(part);
      for (const [, moving] of pointers) f.increase(moving, count * 16);
    });
  }
  f.get(columns).i32(3).i32And().tee(rest);
  f.if(() => visit(tailPart(f, values.slice(0, 1), rest)));
}

function vectorPart(f: FunctionBuilder, values: readonly Local[]): RowPart {
  return {
    values,
    load: (pointer) => {
      for (const [index, value] of values.entries()) {
        const place = index * 16;
        f.get(pointer).v128Load(place).set(value);
      }
    },
    store: (pointer) => {
      for (const [index, value] of values.entries()) {
        const place = index * 16;
        f.get(pointer).get(value).v128Store(place);
      }
    },
  };
}

function tailPart(f: FunctionBuilder, values: readonly Local[], count: Local): RowPart {
  return {
    values,
    load: (pointer, fill) => {
      for (const value of values) loadTail(f, pointer, count, fill, value);
    },
    store: (pointer) => {
      for (const value of values) storeTail(f, pointer, count, value);
    },
  };
}
