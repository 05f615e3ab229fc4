// Pieces of row kernels: where whole vectors end, the last one to three elements, the sum of a vector's lanes.

import type { FunctionBuilder, Local } from "../wasm/index.ts";

/** end = start + 4 bytes · (count rounded down to a multiple, a power of two). */
export function setEnd(f: FunctionBuilder, end: Local, start: Local, count: Local, multiple = 1): void {
  f.get(count);
  if (multiple > 1) f.i32(-multiple).i32And();
  f.i32(2).i32Shl().get(start).i32Add().set(end);
}

/** Loads `count` (1–3) elements at `pointer` into the low lanes of `target`; the other lanes become `fill`. */
export function loadTail(f: FunctionBuilder, pointer: Local, count: Local, fill: Local, target: Local): void {
  f.get(pointer).get(fill).v128Load32Lane(0).set(target);
  for (const lane of [1, 2]) {
    f.get(count).i32(lane).i32GtU();
    const offset = lane * 4;
    f.if(() => f.get(pointer).get(target).v128Load32Lane(lane, offset).set(target));
  }
}

/** Stores the `count` (1–3) low lanes of `value` at `pointer`. */
export function storeTail(f: FunctionBuilder, pointer: Local, count: Local, value: Local): void {
  f.get(pointer).get(value).v128Store32Lane(0);
  for (const lane of [1, 2]) {
    f.get(count).i32(lane).i32GtU();
    const offset = lane * 4;
    f.if(() => f.get(pointer).get(value).v128Store32Lane(lane, offset));
  }
}

/** Pushes the combination of the four lanes as an f32; `spare` is overwritten. */
export function reduceLanes(
  f: FunctionBuilder,
  value: Local,
  spare: Local,
  combine: "f32x4Add" | "f32x4Max" | "f32x4Pmax",
): FunctionBuilder {
  f.get(value).get(value).get(value).i32x4Shuffle(2, 3, 0, 1)[combine]().set(spare);
  f.get(spare).get(spare).get(spare).i32x4Shuffle(1, 0, 3, 2)[combine]();
  return f.f32x4ExtractLane(0);
}
