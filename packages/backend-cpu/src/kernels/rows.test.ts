// softmax, logSoftmax and transposes against float64 loops, with row gaps, tails and special values.

import { describe, expect, test } from "vitest";
import { epsilon, expectClose, KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { transposeCopy } from "./transpose.ts";

const columnCounts = [0, 1, 2, 3, 4, 5, 7, 8, 10, 13, 16, 17, 31, 64, 67, 1000, 1009];

describe.each([{ relaxed: true }, { relaxed: false }])("rows, relaxed: $relaxed", ({ relaxed }) => {
  const bench = new KernelBench(relaxed);

  function inRows(kernel: typeof softmax, rows: number, columns: number, values: Float32Array, stride: number): Float32Array {
    const x = { pointer: bench.put(values), rowStride: stride };
    const y = { pointer: bench.output(values.length), rowStride: stride };
    kernel(bench.context, { rows, columns, x, y });
    const result = bench.floats(y.pointer, values.length);
    kernel(bench.context, { rows, columns, x, y: x });
    for (let i = 0; i < rows; i += 1) {
      const row = [i * stride, i * stride + columns] as const;
      // In place it gives the same, and gaps between rows stay as they were.
      expect(bench.floats(x.pointer, values.length).slice(...row)).toEqual(result.slice(...row));
      expect([...result.slice(row[1], (i + 1) * stride)].every(Number.isNaN)).toBe(true);
    }
    bench.checkAndFree();
    return result;
  }

  test.each(columnCounts)("softmax and logSoftmax of %i columns", (columns) => {
    const [rows, stride] = [3, columns + 2];
    const random = randomNumbers(columns + 1);
    const values = Float32Array.from({ length: Math.max(0, rows * stride - 2) }, () => (random() - 0.5) * 40);
    const [probabilities, logs] = [inRows(softmax, rows, columns, values, stride), inRows(logSoftmax, rows, columns, values, stride)];
    for (let i = 0; i < rows; i += 1) {
      const row = values.slice(i * stride, i * stride + columns);
      const maximum = Math.max(...row);
      const sum = row.reduce((total, value) => total + Math.exp(value - maximum), 0);
      const expected = Array.from(row, (value) => Math.exp(value - maximum) / sum);
      // x − max rounds to half a unit of at most 40, exp and the division to about 3 units, the sum once per addition.
      const relative = (40 + 6 + columns / 4) * epsilon;
      expectClose(
        probabilities.slice(i * stride, i * stride + columns),
        expected,
        expected.map((value) => value * relative),
      );
      const logSum = maximum + Math.log(sum);
      const expectedLogs = Array.from(row, (value) => value - logSum);
      expectClose(logs.slice(i * stride, i * stride + columns), expectedLogs, (100 + columns / 4) * epsilon);
    }
  });

  test("special rows are as in TensorFlow", () => {
    const inf = Number.POSITIVE_INFINITY;
    for (const columns of [1, 3, 4, 6, 21]) {
      for (const at of [0, columns - 1]) {
        const rowWith = (value: number): Float32Array => new Float32Array(columns).fill(0.5).fill(value, at, at + 1);
        for (const value of [Number.NaN, inf]) {
          for (const kernel of [softmax, logSoftmax]) {
            expect([...inRows(kernel, 1, columns, rowWith(value), columns)].every(Number.isNaN)).toBe(true);
          }
        }
        if (columns > 1) {
          const share = Math.fround(1 / (columns - 1));
          const expected = Array.from(rowWith(0), (value) => (value === 0 ? 0 : share));
          expectClose(inRows(softmax, 1, columns, rowWith(-inf), columns), expected, 2 * epsilon);
          expect(inRows(logSoftmax, 1, columns, rowWith(-inf), columns)[at]).toBe(-inf);
        }
      }
      const impossible = new Float32Array(columns).fill(-inf);
      expect([...inRows(softmax, 1, columns, impossible, columns)].every(Number.isNaN)).toBe(true);
    }
  });

  test("NaN with any payload, and results that would be denormal", () => {
    const values = new Float32Array(8).fill(1);
    new Uint32Array(values.buffer)[5] = 0x7fc00155;
    expect([...inRows(softmax, 1, 8, values, 8)].every(Number.isNaN)).toBe(true);
    const steep = Float32Array.from({ length: 200 }, (_, index) => -index / 2);
    for (const value of inRows(softmax, 1, 200, steep, 200)) expect(value === 0 || value >= 2 ** -126).toBe(true);
  });

  test("transposes of every shape, with gaps", () => {
    for (const rows of [0, 1, 3, 4, 5, 8, 67, 131]) {
      for (const columns of [0, 1, 2, 4, 6, 12, 65, 129]) {
        for (const [rowStride, columnStride] of [
          [1, rows + 1],
          [columns + 2, 1],
          [2, 2 * rows + 1],
          [0, 3],
        ] as const) {
          const length = rows * columns === 0 ? 0 : (rows - 1) * rowStride + (columns - 1) * columnStride + 1;
          const source = bench.put(Float32Array.from({ length }, (_, index) => index));
          const target = bench.output(rows * (columns + 1));
          transposeCopy(bench.context, {
            rows,
            columns,
            source: { pointer: source, rowStride, columnStride },
            target: { pointer: target, rowStride: columns + 1 },
          });
          for (const [index, value] of bench.floats(target, rows * (columns + 1)).entries()) {
            const [row, j] = [Math.floor(index / (columns + 1)), index % (columns + 1)];
            const expected = j === columns ? Number.NaN : row * rowStride + j * columnStride;
            if (!Object.is(value, expected)) throw new Error(`${rows}×${columns}: ${index} is ${value}, not ${expected}`);
          }
          bench.checkAndFree();
        }
      }
    }
  });
});
