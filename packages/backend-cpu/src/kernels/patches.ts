// Small copies that convolutions need: zeros, and the patches under a kernel as dense rows.

import { FunctionBuilder } from "../wasm/index.ts";

export interface PatchExports {
  /** Sets bytes to zero. */
  fillZero(pointer: number, bytes: number): void;
  /**
   * Writes row r as the segments A[rowTable[r] + segmentTable[s] + aOffset …], `length` elements each, one after
   * another. Copies whole vectors: up to 12 bytes behind each segment are read, and behind the last row written.
   */
  gatherPatches(
    rowTable: number,
    rows: number,
    segmentTable: number,
    segments: number,
    length: number,
    aOffset: number,
    target: number,
  ): void;
}

export function patchFunctions(): Record<keyof PatchExports, FunctionBuilder> {
  return { fillZero: fillZero(), gatherPatches: gatherPatches() };
}

function fillZero(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [pointer, bytes] = f.parametersOf("i32", 2);
  f.get(pointer).i32(0).get(bytes).memoryFill();
  return f;
}

function gatherPatches(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [rowTable, rows, segmentTable, segments, length, aOffset, target] = f.parametersOf("i32", 7);
  const [row, segment, segmentsEnd] = f.localsOf("i32", 3);
  const [from, to, next] = f.localsOf("i32", 3);
  f.get(segments).i32(2).i32Shl().get(segmentTable).i32Add().set(segmentsEnd);
  f.repeat(rows, () => {
    f.get(rowTable).i32Load().get(aOffset).i32Add().set(row);
    f.get(segmentTable).set(segment);
    f.whileBelow(segment, segmentsEnd, () => {
      f.get(segment).i32Load().get(row).i32Add().set(from);
      f.get(target).tee(to).get(length).i32(2).i32Shl().i32Add().set(next);
      f.whileBelow(to, next, () => {
        f.get(to).get(from).v128Load().v128Store();
        f.increase(from, 16).increase(to, 16);
      });
      f.get(next).set(target);
      f.increase(segment, 4);
    });
    f.increase(rowTable, 4);
  });
  return f;
}
