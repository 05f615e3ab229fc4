// Pooling and its gradients against plain loops: windows, strides, paddings, channel tails, ties, NaN, −∞.

import { describe, expect, test } from "vitest";
import { type PoolingSizes, poolingOf } from "../../test/geometry.ts";
import { epsilon, expectClose, KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import type { KernelContext } from "./context.ts";
import { averagePool2d, averagePool2dGradient, maxPool2d, maxPool2dGradient, type Pooling } from "./pooling.ts";

const bench = new KernelBench(true);

/** Calls back once per output element with the flat input positions (within the whole batch) of its window. */
function eachWindow(pooling: Pooling, visit: (output: number, inputs: number[]) => void): void {
  const { batch, channels, axes } = pooling;
  const [{ input: height, output: rows }, { input: width, output: columns }] = axes;
  for (let n = 0; n < batch; n += 1) {
    for (let oy = 0; oy < rows; oy += 1) {
      for (let ox = 0; ox < columns; ox += 1) {
        for (let c = 0; c < channels; c += 1) {
          const inputs: number[] = [];
          for (let wy = 0; wy < axes[0].kernel; wy += 1) {
            for (let wx = 0; wx < axes[1].kernel; wx += 1) {
              const y = oy * axes[0].stride + wy - axes[0].before;
              const x = ox * axes[1].stride + wx - axes[1].before;
              if (y < 0 || y >= height || x < 0 || x >= width) continue;
              inputs.push(((n * height + y) * width + x) * channels + c);
            }
          }
          visit(((n * rows + oy) * columns + ox) * channels + c, inputs);
        }
      }
    }
  }
}

function check(pooling: Pooling, x: Float32Array): void {
  const { batch, channels, axes } = pooling;
  const [{ input: height, output: rows }, { input: width, output: columns }] = axes;
  const inputs = batch * height * width * channels;
  const outputs = batch * rows * columns * channels;
  const imageSize = height * width * channels;
  const random = randomNumbers(outputs);
  const dy = Float32Array.from({ length: outputs }, () => random() * 2 - 1);
  const maxima = new Float64Array(outputs);
  const where = new Float64Array(outputs).fill(-1);
  const means = new Float64Array(outputs);
  const maxGradient = new Float64Array(inputs);
  const meanGradient = new Float64Array(inputs);
  const magnitudes = new Float64Array(inputs);
  eachWindow(pooling, (output, window) => {
    let best = Number.NEGATIVE_INFINITY;
    let bestAt = window[0] ?? -1;
    let sum = 0;
    for (const input of window) {
      const value = x[input]!;
      sum += value;
      if (value > best || (Number.isNaN(value) && !Number.isNaN(best))) [best, bestAt] = [value, input];
      meanGradient[input]! += dy[output]! / window.length;
      magnitudes[input]! += Math.abs(dy[output]! / window.length);
    }
    maxima[output] = best;
    if (bestAt >= 0) {
      where[output] = bestAt % imageSize;
      maxGradient[bestAt]! += dy[output]!;
    }
    means[output] = sum / window.length;
  });
  const windowSize = axes[0].kernel * axes[1].kernel;
  const [input, outputGradient] = [bench.put(x), bench.put(dy)];
  const output = bench.output(outputs);
  const positions = bench.output(outputs);
  maxPool2d(bench.context, { ...pooling, image: input, result: output });
  expectClose(bench.floats(output, outputs), maxima, 0);
  maxPool2d(bench.context, { ...pooling, image: input, result: output, positions });
  expectClose(bench.floats(output, outputs), maxima, 0);
  expect([...bench.integers(positions, outputs)]).toEqual([...where]);
  const inputGradient = bench.output(inputs);
  maxPool2dGradient(bench.context, { ...pooling, result: outputGradient, positions, image: inputGradient });
  // At most `windowSize` windows overlap in an element, each addition of values below 1 rounds once.
  expectClose(bench.floats(inputGradient, inputs), maxGradient, windowSize ** 2 * epsilon);
  averagePool2d(bench.context, { ...pooling, image: input, result: output });
  // The inputs are below 1, so the sum of a window is below its size.
  expectClose(bench.floats(output, outputs), means, (windowSize + 1) * epsilon);
  averagePool2dGradient(bench.context, { ...pooling, result: outputGradient, image: inputGradient });
  const allowed = magnitudes.map((magnitude) => (windowSize + 2) * epsilon * magnitude);
  expectClose(bench.floats(inputGradient, inputs), meanGradient, allowed);
  bench.checkAndFree();
}

type PoolResults = [y: number, positions: number, maxGradient: number, meanGradient: number];

const base: PoolingSizes = { batch: 2, height: 7, width: 9, channels: 5, window: [2, 2], strides: [2, 2] };
const around = { top: 1, bottom: 1, left: 1, right: 1 };

const cases: Record<string, PoolingSizes> = {
  "2×2": base,
  "3×3, overlapping, padded": { ...base, window: [3, 3], padding: around },
  "stride 1": { ...base, window: [3, 2], strides: [1, 1], padding: { top: 2, bottom: 0, left: 0, right: 1 } },
  "stride beyond the window": { ...base, window: [1, 2], strides: [3, 4] },
  "one channel": { ...base, channels: 1, padding: around },
  "four channels": { ...base, channels: 4 },
  "eleven channels": { ...base, channels: 11 },
  "all widths of vectors": { ...base, channels: 39, padding: around },
  "the whole image": { ...base, window: [7, 9], strides: [1, 1] },
  "window larger than the image": { ...base, window: [8, 3] },
  "pieces of an image": { ...base, height: 91, width: 73, channels: 11, padding: { top: 1, bottom: 0, left: 0, right: 1 } },
  "pieces with gaps between windows": { ...base, height: 140, width: 73, channels: 11, window: [1, 2], strides: [3, 2] },
  "pieces of images that overlap": { ...base, batch: 3, height: 91, width: 73, channels: 11, window: [3, 3], padding: around },
  "no images": { ...base, batch: 0 },
  "no channels": { ...base, channels: 0 },
};

describe("pooling", () => {
  test.each(Object.entries(cases))("%s", (_, sizes) => {
    const random = randomNumbers(3);
    const pooling = poolingOf(sizes);
    const length = sizes.batch * sizes.height * sizes.width * sizes.channels;
    check(
      pooling,
      Float32Array.from({ length }, () => random() * 2 - 1),
    );
    // Few distinct values: many ties, the first of which wins.
    check(
      pooling,
      Float32Array.from({ length }, () => Math.floor(random() * 3) / 4),
    );
  });

  test("results do not depend on the order in which pieces are done", () => {
    const backwards: KernelContext = {
      ...bench.context,
      parallel(count, _, piece) {
        for (let index = count - 1; index >= 0; index -= 1) piece(bench.context, index);
      },
    };
    for (const name of ["pieces of an image", "pieces of images that overlap"]) {
      const pooling = poolingOf(cases[name]!);
      const random = randomNumbers(4);
      const [{ input: height, output: rows }, { input: width, output: columns }] = pooling.axes;
      const [pixels, results] = [height * width, rows * columns].map((n) => n * pooling.batch * pooling.channels) as [number, number];
      const x = bench.put(Float32Array.from({ length: pixels }, random));
      const found = [bench.context, backwards].map((context) => {
        const [y, positions, maxGradient, meanGradient] = [results, results, pixels, pixels].map((n) => bench.output(n)) as PoolResults;
        maxPool2d(context, { ...pooling, image: x, result: y, positions });
        maxPool2dGradient(context, { ...pooling, image: maxGradient, result: y, positions });
        averagePool2dGradient(context, { ...pooling, image: meanGradient, result: y });
        return [bench.integers(positions, results), bench.floats(maxGradient, pixels), bench.floats(meanGradient, pixels)];
      });
      expect(found[1]).toEqual(found[0]);
      bench.checkAndFree();
    }
  });

  test("random geometries", () => {
    const random = randomNumbers(8);
    const upTo = (limit: number): number => 1 + Math.floor(random() * limit);
    for (let round = 0; round < 60; round += 1) {
      const window = [upTo(4), upTo(4)] as const;
      // Padding smaller than the window, so that no window is empty.
      const side = (extent: number): number => Math.floor(random() * extent);
      const padding = { top: side(window[0]), bottom: side(window[0]), left: side(window[1]), right: side(window[1]) };
      const sizes = { batch: upTo(2), height: upTo(9), width: upTo(9), channels: upTo(9), window, strides: [upTo(3), upTo(3)] as const };
      const length = sizes.batch * sizes.height * sizes.width * sizes.channels;
      check(
        poolingOf({ ...sizes, padding }),
        Float32Array.from({ length }, () => random() * 2 - 1),
      );
    }
  });

  test("NaN, −∞ and windows wholly in the padding", () => {
    const x = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1, 2, Number.NaN, Number.NaN, 3];
    const pooling = poolingOf({
      batch: 1,
      height: 1,
      width: 8,
      channels: 1,
      window: [1, 2],
      strides: [1, 2],
      padding: { top: 0, bottom: 0, left: 2, right: 0 },
    });
    const [input, output, positions] = [bench.put(x), bench.output(5), bench.output(5)];
    maxPool2d(bench.context, { ...pooling, image: input, result: output, positions });
    const none = Number.NEGATIVE_INFINITY;
    expect([...bench.floats(output, 5)]).toEqual([none, none, Number.NaN, Number.NaN, Number.NaN]);
    expect([...bench.integers(positions, 5)]).toEqual([-1, 0, 2, 5, 6]);
    const [outputGradient, inputGradient] = [bench.put([1, 2, 3, 4, 5]), bench.output(8)];
    maxPool2dGradient(bench.context, { ...pooling, result: outputGradient, positions, image: inputGradient });
    expect([...bench.floats(inputGradient, 8)]).toEqual([2, 0, 3, 0, 0, 4, 5, 0]);
    bench.checkAndFree();
  });
});
