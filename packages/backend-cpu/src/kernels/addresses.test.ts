// The kernels give the same in a shared memory and beyond 2 GiB, where addresses are negative as signed numbers.

import { expect, test } from "vitest";
import { convolutionOf, poolingOf } from "../../test/geometry.ts";
import { KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { convolutionForward, convolutionInputGradient } from "./convolve.ts";
import { convolutionFilterGradient } from "./filter-gradient.ts";
import { gemm } from "./gemm.ts";
import { averagePool2d, maxPool2d, maxPool2dGradient } from "./pooling.ts";
import { softmax } from "./softmax.ts";
import { transposeCopy } from "./transpose.ts";

/** Runs every kernel once and returns all results. */
function everyKernel(bench: KernelBench): Float32Array[] {
  const { context } = bench;
  const random = randomNumbers(1);
  const results: { readonly pointer: number; readonly length: number }[] = [];
  const input = (length: number): number => bench.put(Float32Array.from({ length }, () => random() * 2 - 1));
  const output = (length: number): number => {
    const pointer = bench.output(length);
    results.push({ pointer, length });
    return pointer;
  };

  const [a, b] = [input(23 * 40), input(40 * 21)];
  for (const m of [1, 5, 23]) {
    for (const columnStride of [1, 40]) {
      const shape = { m, n: 21, k: 40, a: { pointer: a, rowStride: 40, columnStride: 1 } };
      const rightOperand = { pointer: b, rowStride: columnStride === 1 ? 21 : 1, columnStride };
      gemm(context, { ...shape, b: rightOperand, c: { pointer: output(m * 21), rowStride: 21 } });
    }
  }

  const padding = { top: 1, bottom: 1, left: 1, right: 1 };
  for (const inputChannels of [1, 17]) {
    const sizes = { batch: 2, height: 9, width: 7, inputChannels, outputChannels: 11 };
    const convolution = convolutionOf({ ...sizes, kernelHeight: 3, kernelWidth: 3, strides: [2, 1], padding });
    const x = input(2 * 9 * 7 * inputChannels);
    const filter = input(9 * inputChannels * 11);
    const outputGradient = output(2 * 5 * 7 * 11);
    convolutionForward(context, { ...convolution, image: x, filter, result: outputGradient });
    convolutionInputGradient(context, { ...convolution, result: outputGradient, filter, image: output(2 * 9 * 7 * inputChannels) });
    convolutionFilterGradient(context, { ...convolution, image: x, result: outputGradient, filter: output(9 * inputChannels * 11) });
  }

  const pooling = poolingOf({ batch: 2, height: 5, width: 6, channels: 23, window: [3, 3], strides: [2, 2], padding });
  const [x, positions, pooled] = [input(2 * 5 * 6 * 23), output(2 * 3 * 3 * 23), output(2 * 3 * 3 * 23)];
  maxPool2d(context, { ...pooling, image: x, result: pooled, positions });
  maxPool2dGradient(context, { ...pooling, result: pooled, positions, image: output(2 * 5 * 6 * 23) });
  averagePool2d(context, { ...pooling, image: x, result: output(2 * 3 * 3 * 23) });

  const rows = { rows: 9, columns: 37, x: { pointer: input(9 * 37), rowStride: 37 } };
  softmax(context, { ...rows, y: { pointer: output(9 * 37), rowStride: 37 } });
  const source = { pointer: rows.x.pointer, rowStride: 1, columnStride: 37 };
  transposeCopy(context, { rows: 37, columns: 9, source, target: { pointer: output(37 * 9), rowStride: 9 } });

  const values = results.map(({ pointer, length }) => bench.floats(pointer, length));
  bench.checkAndFree();
  return values;
}

test("shared memory, and addresses beyond 2 GiB", () => {
  const expected = everyKernel(new KernelBench(true));
  expect(everyKernel(new KernelBench(true, true))).toEqual(expected);
  const high = new KernelBench(true);
  high.memory.alloc(2 ** 31);
  expect(high.memory.alloc(64)).toBeGreaterThan(2 ** 31);
  expect(everyKernel(high)).toEqual(expected);
});
