// Minimal filtering against float64 loops, within the bound that `winograd-maps.ts` derives.

import { describe, expect, test } from "vitest";
import { eachTerm, sizesOf } from "../../test/convolution-terms.ts";
import { type ConvolutionSizes, convolutionOf } from "../../test/geometry.ts";
import { epsilon, expectClose, KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { type KernelContext, serialContext } from "./context.ts";
import type { Convolution } from "./convolution.ts";
import { convolutionForward, convolutionInputGradient } from "./convolve.ts";
import { convolutionFilterGradient } from "./filter-gradient.ts";
import { winogradConvolution } from "./winograd.ts";
import { type Direction, extentsOf, suitsWinograd } from "./winograd-choice.ts";
import { winogradFilterGradient } from "./winograd-gradient.ts";
import { filterMap, inputMap, matrices, type PointMap, points, resultMap, taps, tileExtent } from "./winograd-maps.ts";

type Matrix = readonly (readonly number[])[];
type Three = [number, number, number];
type At = (row: number, column: number) => number;

/** The absolute values of a map's coefficients, one row per point. */
function magnitudes({ zero, pairs, infinity }: PointMap): Matrix {
  const rows = [zero, ...pairs.flatMap(({ even, odd }) => new Array<number[]>(2).fill(even.map((value, i) => value + odd[i]!))), infinity];
  return rows.map((row) => row.map(Math.abs));
}

const transpose = (matrix: Matrix): Matrix => matrix[0]!.map((_, i) => matrix.map((row) => row[i]!));

/** matrix · values · matrixᵀ, as a flat array. */
function mapBothSides(matrix: Matrix, at: At): number[] {
  const size = matrix[0]!.length;
  const lines = Array.from({ length: size }, (_, column) =>
    matrix.map((row) => row.reduce((sum, coefficient, i) => sum + coefficient * at(i, column), 0)),
  );
  return matrix.flatMap((_, i) => matrix.map((row) => row.reduce((sum, coefficient, column) => sum + coefficient * lines[column]![i]!, 0)));
}

const inputs = magnitudes(inputMap());
const filters = magnitudes(filterMap());
const results = magnitudes(resultMap());

/** An NHWC array by its places, zero outside. */
function imageAt(values: Float32Array, height: number, width: number, channels: number) {
  return (image: number, row: number, column: number, channel: number): number => {
    if (row < 0 || row >= height || column < 0 || column >= width) return 0;
    return Math.abs(values[((image * height + row) * width + column) * channels + channel]!);
  };
}

/** Calls back with the image, row and column of each tile's first result. */
function eachTile(batch: number, height: number, width: number, visit: (image: number, row: number, column: number) => void): void {
  for (let image = 0; image < batch; image += 1) {
    for (let row = 0; row < height; row += tileExtent) {
      for (let column = 0; column < width; column += tileExtent) visit(image, row, column);
    }
  }
}

function allowedInImages(convolution: Convolution, direction: Direction, source: Float32Array, filter: Float32Array): Float64Array {
  const { batch, inputChannels, outputChannels, axes } = convolution;
  const [rows, columns] = axes.map((axis) => extentsOf(axis, direction)) as [ReturnType<typeof extentsOf>, ReturnType<typeof extentsOf>];
  const [depth, channels] = direction === "forward" ? [inputChannels, outputChannels] : [outputChannels, inputChannels];
  const at = imageAt(source, rows.source, columns.source, depth);
  const mappedFilter = Array.from({ length: depth * channels }, (_, pair) => {
    const [c, k] = [Math.floor(pair / channels), pair % channels];
    return mapBothSides(filters, (row, column) => {
      const place = row * taps + column;
      const [tap, matrix] = direction === "forward" ? [place, pair] : [taps * taps - 1 - place, k * outputChannels + c];
      return Math.abs(filter[tap * depth * channels + matrix]!);
    });
  });
  const allowed = new Float64Array(batch * rows.results * columns.results * channels);
  eachTile(batch, rows.results, columns.results, (image, top, left) => {
    const tiles = Array.from({ length: depth }, (_, c) =>
      mapBothSides(inputs, (row, column) => at(image, rows.first + top + row, columns.first + left + column, c)),
    );
    for (let k = 0; k < channels; k += 1) {
      const products = Array.from({ length: matrices }, (_, point) =>
        tiles.reduce((sum, tile, c) => sum + tile[point]! * mappedFilter[c * channels + k]![point]!, 0),
      );
      const bound = mapBothSides(transpose(results), (row, column) => products[row * points + column]!);
      for (const [place, value] of bound.entries()) {
        const [row, column] = [top + Math.floor(place / tileExtent), left + (place % tileExtent)];
        if (row >= rows.results || column >= columns.results) continue;
        allowed[((image * rows.results + row) * columns.results + column) * channels + k] = (depth + 37) * epsilon * value;
      }
    }
  });
  return allowed;
}

function allowedInFilter(convolution: Convolution, image: Float32Array, gradient: Float32Array): Float64Array {
  const { batch, inputChannels, outputChannels, axes } = convolution;
  const [rows, columns] = axes.map((axis) => extentsOf(axis, "forward")) as [ReturnType<typeof extentsOf>, ReturnType<typeof extentsOf>];
  const inputAt = imageAt(image, rows.source, columns.source, inputChannels);
  const gradientAt = imageAt(gradient, rows.results, columns.results, outputChannels);
  const pairs = inputChannels * outputChannels;
  const sums = Array.from({ length: pairs }, () => new Float64Array(matrices));
  let tiles = 0;
  eachTile(batch, rows.results, columns.results, (n, top, left) => {
    tiles += 1;
    const mapped = Array.from({ length: inputChannels }, (_, c) =>
      mapBothSides(inputs, (row, column) => inputAt(n, rows.first + top + row, columns.first + left + column, c)),
    );
    for (let k = 0; k < outputChannels; k += 1) {
      const factors = mapBothSides(results, (row, column) => gradientAt(n, top + row, left + column, k));
      for (const [c, tile] of mapped.entries()) {
        for (const [point, value] of tile.entries()) sums[c * outputChannels + k]![point]! += value * factors[point]!;
      }
    }
  });
  const allowed = new Float64Array(taps * taps * pairs);
  for (const [pair, sum] of sums.entries()) {
    const bound = mapBothSides(transpose(filters), (row, column) => sum[row * points + column]!);
    for (const [tap, value] of bound.entries()) allowed[tap * pairs + pair] = (tiles + 37) * epsilon * value;
  }
  return allowed;
}

function check(bench: KernelBench, convolution: Convolution): void {
  const sizes = sizesOf(convolution);
  const random = randomNumbers(sizes.input * 31 + sizes.filter * 7 + sizes.output);
  const values = (length: number): Float32Array => Float32Array.from({ length }, () => random() * 2 - 1);
  const [x, w, dy] = [values(sizes.input), values(sizes.filter), values(sizes.output)];
  const [y, dx, dw] = [new Float64Array(sizes.output), new Float64Array(sizes.input), new Float64Array(sizes.filter)];
  eachTerm(convolution, (input, filter, output) => {
    y[output]! += x[input]! * w[filter]!;
    dx[input]! += dy[output]! * w[filter]!;
    dw[filter]! += dy[output]! * x[input]!;
  });
  const [input, filter, outputGradient] = [bench.put(x), bench.put(w), bench.put(dy)];
  const output = bench.output(sizes.output);
  const covered = new Uint8Array(sizes.output);
  const done = (row0: number, row1: number, column0: number, column1: number): void => {
    for (let i = row0; i < row1; i += 1) {
      for (let j = column0; j < column1; j += 1) covered[i * convolution.outputChannels + j]! += 1;
    }
  };
  winogradConvolution(bench.context, { ...convolution, image: input, filter, result: output }, "forward", done);
  expectClose(bench.floats(output, sizes.output), y, allowedInImages(convolution, "forward", x, w));
  expect(covered.every((times) => times === 1)).toBe(true);
  const inputGradient = bench.output(sizes.input);
  winogradConvolution(bench.context, { ...convolution, result: outputGradient, filter, image: inputGradient }, "backward");
  expectClose(bench.floats(inputGradient, sizes.input), dx, allowedInImages(convolution, "backward", dy, w));
  const filterGradient = bench.output(sizes.filter);
  winogradFilterGradient(bench.context, { ...convolution, image: input, result: outputGradient, filter: filterGradient });
  expectClose(bench.floats(filterGradient, sizes.filter), dw, allowedInFilter(convolution, x, dy));
  bench.checkAndFree();
}

const same = { top: 1, bottom: 1, left: 1, right: 1 };
const three = { kernelHeight: 3, kernelWidth: 3 };
const small = { ...three, batch: 2, height: 10, width: 6, inputChannels: 4, outputChannels: 8 };

const cases: Record<string, ConvolutionSizes> = {
  "whole tiles": small,
  "whole tiles, same": { ...small, height: 4, width: 8, padding: same },
  "tiles over the edge": { ...small, height: 7, width: 9 },
  "tiles over the edge, same": { ...small, height: 5, width: 11, padding: same },
  "one result": { ...small, height: 3, width: 3 },
  "one pixel": { ...small, height: 1, width: 1, padding: same },
  "uneven padding": { ...small, padding: { top: 0, bottom: 2, left: 2, right: 0 } },
  "padding beyond the filter": { ...small, padding: { top: 4, bottom: 0, left: 0, right: 5 } },
  "nothing but padding": { ...small, height: 1, width: 1, padding: { top: 3, bottom: 3, left: 3, right: 3 } },
  "half a panel": { ...small, inputChannels: 12, outputChannels: 20, padding: same },
  "several strips and rounds": { ...small, batch: 3, height: 31, width: 29, padding: same },
  "several images a strip": { ...small, batch: 70, height: 6, width: 5 },
  "rows longer than a strip": { ...small, batch: 1, height: 6, width: 301 },
  "pieces of channels": { ...small, batch: 1, height: 6, inputChannels: 8, outputChannels: 132 },
  "a vector and a rest": { ...small, inputChannels: 5, outputChannels: 7, padding: same },
  "one column left": { ...small, inputChannels: 6, outputChannels: 9, padding: same },
  "two columns left, a last piece of odd size": { ...small, batch: 1, height: 6, inputChannels: 7, outputChannels: 130 },
  "three columns left": { ...small, batch: 3, height: 31, width: 29, inputChannels: 13, outputChannels: 11, padding: same },
};

describe.each([{ relaxed: true }, { relaxed: false }])("minimal filtering, relaxed: $relaxed", ({ relaxed }) => {
  const bench = new KernelBench(relaxed);
  test.each(Object.entries(cases))("%s", (_, sizes) => check(bench, convolutionOf(sizes)));

  test("random geometries", () => {
    const random = randomNumbers(5);
    const upTo = (limit: number): number => 1 + Math.floor(random() * limit);
    for (let round = 0; round < 30; round += 1) {
      check(
        bench,
        convolutionOf({
          ...three,
          batch: upTo(3),
          height: 2 + upTo(11),
          width: 2 + upTo(11),
          inputChannels: 3 + upTo(13),
          outputChannels: 3 + upTo(17),
          padding: { top: upTo(3) - 1, bottom: upTo(3) - 1, left: upTo(3) - 1, right: upTo(3) - 1 },
        }),
      );
    }
  });
});

test("what is not a number stays within the tiles that read it", () => {
  const bench = new KernelBench(true);
  const convolution = convolutionOf({ ...small, batch: 1, height: 18, width: 18 });
  const sizes = sizesOf(convolution);
  const [row, column] = [9, 6];
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const image = new Float32Array(sizes.input).fill(1);
    image[(row * 18 + column) * 4] = value;
    const result = bench.output(sizes.output);
    const filter = bench.put(new Float32Array(sizes.filter).fill(1));
    winogradConvolution(bench.context, { ...convolution, image: bench.put(image), filter, result }, "forward");
    const outputs = bench.floats(result, sizes.output);
    for (let y = 0; y < 16; y += 1) {
      for (let x = 0; x < 16; x += 1) {
        const isUnder = (first: number, firstColumn: number, extent: number): boolean =>
          row >= first && row < first + extent && column >= firstColumn && column < firstColumn + extent;
        const isFinite = Number.isFinite(outputs[(y * 16 + x) * 8]);
        if (isUnder(y, x, taps)) expect(isFinite).toBe(false);
        if (!isUnder(y - (y % tileExtent), x - (x % tileExtent), points)) expect(isFinite).toBe(true);
      }
    }
    bench.checkAndFree();
  }
});

test("the kernels choose it, and pieces may run in any order", () => {
  const bench = new KernelBench(true);
  const { exports } = bench.context;
  const calls = serialContext(bench.memory, exports);
  const backwards: KernelContext = {
    ...bench.context,
    parallel(count, _, piece) {
      for (let index = count - 1; index >= 0; index -= 1) piece(calls, index);
    },
  };
  // Few strips of many channels, and many strips.
  for (const sizes of [
    { ...small, batch: 1, height: 30, width: 30, inputChannels: 16, outputChannels: 144 },
    { ...small, batch: 3, height: 50, width: 50, inputChannels: 16, outputChannels: 16, padding: same },
  ]) {
    const convolution = convolutionOf(sizes);
    const { input, filter, output } = sizesOf(convolution);
    const random = randomNumbers(input);
    const [image, weights, gradient] = [input, filter, output].map((length) => bench.put(Float32Array.from({ length }, random))) as Three;
    const resultsOf = (run: (image: number, weights: number, result: number) => void): Float32Array[] => {
      const [dx, dw, y] = [bench.output(input), bench.output(filter), bench.output(output)];
      run(dx, dw, y);
      return [bench.floats(dx, input), bench.floats(dw, filter), bench.floats(y, output)];
    };
    const chosen = resultsOf((dx, dw, y) => {
      convolutionForward(bench.context, { ...convolution, image, filter: weights, result: y });
      convolutionInputGradient(bench.context, { ...convolution, image: dx, filter: weights, result: gradient });
      convolutionFilterGradient(bench.context, { ...convolution, image, filter: dw, result: gradient });
    });
    const minimal = resultsOf((dx, dw, y) => {
      winogradConvolution(backwards, { ...convolution, image, filter: weights, result: y }, "forward");
      winogradConvolution(backwards, { ...convolution, image: dx, filter: weights, result: gradient }, "backward");
      winogradFilterGradient(backwards, { ...convolution, image, filter: dw, result: gradient });
    });
    expect(minimal).toEqual(chosen);
    bench.checkAndFree();
  }
});

test("is chosen for large layers of three by three only", () => {
  const padding = same;
  const large: ConvolutionSizes = { ...three, batch: 8, height: 28, width: 28, inputChannels: 32, outputChannels: 64, padding };
  const suits = (changes: Partial<ConvolutionSizes>, direction: Direction = "forward"): boolean =>
    suitsWinograd(convolutionOf({ ...large, ...changes }), direction);
  expect(suits({})).toBe(true);
  expect(suits({ inputChannels: 31, outputChannels: 61 })).toBe(true);
  expect(suits({}, "backward")).toBe(true);
  for (const changes of [
    { kernelHeight: 5 },
    { kernelWidth: 1 },
    { strides: [1, 2] as const },
    { dilations: [2, 1] as const },
    { groups: 2 },
    { inputChannels: 3 },
    { outputChannels: 2 },
    { batch: 0 },
    { batch: 1, height: 4, width: 4 },
    { inputChannels: 4, outputChannels: 4 },
    { inputChannels: 1024, outputChannels: 1024 },
  ]) {
    expect(suits(changes), JSON.stringify(changes)).toBe(false);
  }
});
