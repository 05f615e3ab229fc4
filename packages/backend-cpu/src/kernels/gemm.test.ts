// Matrix products against float64 loops: all strides and small shapes, blocks, `done`, canaries.

import { describe, test } from "vitest";
import { epsilon, expectClose, KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { gemm, packedRightBytes, packRight } from "./gemm.ts";

type Layout = "rows" | "columns" | "strided" | "broadcast";

interface Operand {
  readonly values: Float32Array;
  readonly rowStride: number;
  readonly columnStride: number;
}

function operand(rows: number, columns: number, layout: Layout, random: () => number): Operand {
  const [rowStride, columnStride] = {
    rows: [columns + 1, 1],
    columns: [1, rows + 2],
    strided: [2 * columns + 3, 2],
    broadcast: [0, 1],
  }[layout] as [number, number];
  const length = rows * columns === 0 ? 0 : (rows - 1) * rowStride + (columns - 1) * columnStride + 1;
  return { values: Float32Array.from({ length }, () => random() * 2 - 1), rowStride, columnStride };
}

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a?: Layout;
  readonly b?: Layout;
  /** Elements between the rows of the result. */
  readonly gap?: number;
  /** Whether B is packed ahead. */
  readonly ahead?: boolean;
}

function check(bench: KernelBench, { m, n, k, a: layoutA = "rows", b: layoutB = "rows", gap = 3, ahead = false }: Case): void {
  const random = randomNumbers(m * 7919 + n * 104729 + k);
  const [a, b] = [operand(m, k, layoutA, random), operand(k, n, layoutB, random)];
  const rowStride = n + gap;
  const before = Float32Array.from({ length: Math.max(0, m * rowStride - gap) }, random);
  const c = bench.put(before);
  const covered = new Uint8Array(before.length);
  const right = { pointer: bench.put(b.values), rowStride: b.rowStride, columnStride: b.columnStride };
  const packed = ahead ? bench.output(packedRightBytes({ n, k }) / 4) : undefined;
  if (packed !== undefined) packRight(bench.context, { n, k, b: right }, packed);
  gemm(bench.context, {
    m,
    n,
    k,
    a: { pointer: bench.put(a.values), rowStride: a.rowStride, columnStride: a.columnStride },
    b: right,
    packed,
    c: { pointer: c, rowStride },
    done: (row0, row1, column0, column1) => {
      for (let i = row0; i < row1; i += 1) for (let j = column0; j < column1; j += 1) covered[i * rowStride + j]! += 1;
    },
  });
  const expected = Float64Array.from(before);
  const allowed = new Float64Array(before.length);
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < n; j += 1) {
      let [sum, magnitude] = [0, 0];
      for (let p = 0; p < k; p += 1) {
        const term = a.values[i * a.rowStride + p * a.columnStride]! * b.values[p * b.rowStride + j * b.columnStride]!;
        sum += term;
        magnitude += Math.abs(term);
      }
      expected[i * rowStride + j] = sum;
      // Each of the k products and additions rounds once; blocks of k are added to what was written.
      allowed[i * rowStride + j] = 2 * (k + 1) * epsilon * magnitude;
    }
  }
  expectClose(bench.floats(c, before.length), expected, allowed);
  // `done` saw every element once, and the gaps between rows were left alone (they have tolerance 0).
  for (let index = 0; index < before.length; index += 1) {
    if (covered[index] !== (index % rowStride < n ? 1 : 0)) throw new Error(`done: element ${index} ${covered[index]} times`);
  }
  bench.checkAndFree();
}

describe.each([{ relaxed: true }, { relaxed: false }])("gemm, $relaxed", ({ relaxed }) => {
  const bench = new KernelBench(relaxed);
  const layouts: Layout[] = ["rows", "columns", "strided", "broadcast"];

  test("all sizes around a tile, with every pair of layouts", () => {
    for (const m of [0, 1, 2, 5, 6, 7, 13, 32]) {
      for (const n of [0, 1, 3, 4, 5, 8, 11, 17]) {
        for (const k of [0, 1, 3, 4, 9]) {
          for (const a of layouts) for (const b of layouts) check(bench, { m, n, k, a, b });
        }
      }
    }
  });

  test.each([
    { m: 1, n: 67, k: 129 },
    { m: 3, n: 50, k: 33 },
    { m: 4, n: 52, k: 41 },
    { m: 6, n: 24, k: 7 },
    { m: 20, n: 16, k: 37 },
    { m: 25, n: 40, k: 391 },
    { m: 31, n: 29, k: 37 },
    { m: 127, n: 10, k: 61 },
    { m: 125, n: 1, k: 391 },
    { m: 241, n: 9, k: 385 },
    { m: 7, n: 1033, k: 389 },
    { m: 121, n: 11, k: 770 },
    // Around what has rows few enough, and columns many enough, for pieces that pack their own.
    { m: 7, n: 255, k: 40 },
    { m: 32, n: 259, k: 390 },
    { m: 192, n: 1001, k: 3 },
    { m: 193, n: 300, k: 5 },
  ])("$m×$k times $k×$n", (shape) => {
    for (const a of ["rows", "columns"] as const) {
      for (const b of ["rows", "columns"] as const) {
        check(bench, { ...shape, a, b });
        check(bench, { ...shape, a, b, gap: 0 });
        check(bench, { ...shape, a, b, ahead: true });
      }
    }
  });
});
