// Convolutions and both gradients against float64 loops over all geometries: strides, dilations, paddings, groups.

import { describe, expect, test } from "vitest";
import { eachTerm, Sums, sizesOf } from "../../test/convolution-terms.ts";
import { type ConvolutionSizes, convolutionOf } from "../../test/geometry.ts";
import { expectClose, KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import { elementBytes } from "./context.ts";
import { type Convolution, stripsOf } from "./convolution.ts";
import { convolutionForward, convolutionInputGradient, preparedFilterBytes, prepareFilter } from "./convolve.ts";
import { convolutionFilterGradient } from "./filter-gradient.ts";

function check(bench: KernelBench, convolution: Convolution): void {
  const sizes = sizesOf(convolution);
  const random = randomNumbers(sizes.input * 31 + sizes.filter * 7 + sizes.output);
  const values = (length: number): Float32Array => Float32Array.from({ length }, () => random() * 2 - 1);
  const [x, w, dy] = [values(sizes.input), values(sizes.filter), values(sizes.output)];
  const [y, dx, dw] = [new Sums(sizes.output), new Sums(sizes.input), new Sums(sizes.filter)];
  eachTerm(convolution, (input, filter, output) => {
    y.add(output, x[input]! * w[filter]!);
    dx.add(input, dy[output]! * w[filter]!);
    dw.add(filter, dy[output]! * x[input]!);
  });
  const [input, filter, outputGradient] = [bench.put(x), bench.put(w), bench.put(dy)];
  const output = bench.output(sizes.output);
  const covered = new Uint8Array(sizes.output);
  const done = (row0: number, row1: number, column0: number, column1: number): void => {
    for (let i = row0; i < row1; i += 1) {
      for (let j = column0; j < column1; j += 1) covered[i * convolution.outputChannels + j]! += 1;
    }
  };
  convolutionForward(bench.context, { ...convolution, image: input, filter, result: output, done });
  expectClose(bench.floats(output, sizes.output), y.values, y.allowed());
  expect(covered.every((times) => times === 1)).toBe(true);
  const preparedBytes = preparedFilterBytes(convolution);
  if (preparedBytes > 0) {
    const [prepared, again] = [bench.output(preparedBytes / elementBytes), bench.output(sizes.output)];
    prepareFilter(bench.context, { ...convolution, filter }, prepared);
    convolutionForward(bench.context, { ...convolution, image: input, filter, prepared, result: again });
    expect(bench.floats(again, sizes.output)).toEqual(bench.floats(output, sizes.output));
  }
  const inputGradient = bench.output(sizes.input);
  convolutionInputGradient(bench.context, { ...convolution, result: outputGradient, filter, image: inputGradient });
  expectClose(bench.floats(inputGradient, sizes.input), dx.values, dx.allowed());
  const filterGradient = bench.output(sizes.filter);
  convolutionFilterGradient(bench.context, { ...convolution, image: input, result: outputGradient, filter: filterGradient });
  expectClose(bench.floats(filterGradient, sizes.filter), dw.values, dw.allowed());
  bench.checkAndFree();
}

const same = { top: 1, bottom: 1, left: 1, right: 1 };
const small = { batch: 2, height: 5, width: 7, inputChannels: 3, outputChannels: 5, kernelHeight: 3, kernelWidth: 3 };

/** One channel to whole panels: what is multiplied from patches. */
const patched = { ...small, height: 6, width: 9, inputChannels: 1, outputChannels: 16 };
/** Many results and few rows of the filter: its gradient is added up from images where they lie. */
const long = { ...small, batch: 5, height: 22, width: 23, inputChannels: 1, outputChannels: 12 };

const cases: Record<string, ConvolutionSizes> = {
  valid: small,
  same: { ...small, padding: same },
  "stride 2": { ...small, height: 9, strides: [2, 2], padding: { top: 0, bottom: 1, left: 1, right: 2 } },
  "uneven strides": { ...small, height: 11, width: 13, strides: [3, 2], padding: same },
  "stride beyond the kernel": { ...small, kernelHeight: 1, kernelWidth: 2, strides: [2, 3], width: 11 },
  "stride beyond the input": { ...small, height: 1, width: 2, kernelHeight: 1, kernelWidth: 1, strides: [4, 5] },
  dilation: { ...small, height: 8, width: 9, dilations: [2, 3], padding: { top: 2, bottom: 2, left: 3, right: 3 } },
  "dilation and stride": { ...small, height: 9, width: 11, dilations: [2, 2], strides: [2, 3], padding: same },
  "1×1": { ...small, kernelHeight: 1, kernelWidth: 1, inputChannels: 17, outputChannels: 9 },
  "1×1, stride 2": { ...small, kernelHeight: 1, kernelWidth: 1, inputChannels: 16, outputChannels: 8, strides: [2, 2] },
  "one channel": { ...small, inputChannels: 1, outputChannels: 12, padding: same },
  "one of each": { ...small, inputChannels: 1, outputChannels: 1, kernelHeight: 2, kernelWidth: 4 },
  "wide segments": { ...small, inputChannels: 32, outputChannels: 7, padding: same },
  "dilated wide channels": { ...small, inputChannels: 19, dilations: [1, 2], padding: same },
  "segments beyond a block": { ...small, batch: 1, height: 4, width: 3, inputChannels: 211, padding: same },
  "tall depth": { ...small, batch: 1, inputChannels: 101, outputChannels: 3, padding: same },
  groups: { ...small, inputChannels: 6, outputChannels: 4, groups: 2, padding: same },
  depthwise: { ...small, inputChannels: 4, outputChannels: 8, groups: 4, strides: [2, 1], padding: same },
  "few results": { ...small, batch: 1, height: 2, width: 3, inputChannels: 9, outputChannels: 20, padding: same },
  "four results, slices of the filter": { ...small, batch: 1, height: 2, width: 2, inputChannels: 37, outputChannels: 76, padding: same },
  "few results of groups": { ...small, batch: 2, height: 3, width: 3, inputChannels: 10, outputChannels: 16, groups: 2 },
  "few dilated results": { ...small, batch: 1, height: 6, width: 6, inputChannels: 5, outputChannels: 8, dilations: [2, 2] },
  "a filter in parts": { ...small, batch: 1, height: 3, width: 4, inputChannels: 151, outputChannels: 160, padding: same },
  "several strips": { ...small, batch: 3, height: 31, width: 29, inputChannels: 2, padding: same },
  "strips within an image": { ...small, batch: 2, height: 53, width: 61, inputChannels: 2, outputChannels: 4, padding: same },
  "strips, stride 2": { ...small, batch: 1, height: 97, width: 101, inputChannels: 1, strides: [2, 2], padding: same },
  "rows longer than a strip": { ...small, batch: 1, height: 3, width: 2111, inputChannels: 1, padding: same },
  "padding beyond the kernel": { ...small, padding: { top: 4, bottom: 0, left: 0, right: 5 } },
  "nothing but padding": { ...small, height: 1, width: 1, padding: { top: 3, bottom: 3, left: 3, right: 3 } },
  "kernel larger than the image": { ...small, height: 2, width: 2 },
  patches: patched,
  "patches, same": { ...patched, padding: same },
  "patches, uneven strides": { ...patched, height: 13, width: 14, strides: [2, 3], padding: { top: 0, bottom: 2, left: 3, right: 0 } },
  "patches of dilated pixels": { ...patched, height: 9, inputChannels: 4, dilations: [2, 2], padding: same },
  "patches of two numbers": { ...patched, inputChannels: 2, kernelHeight: 5, kernelWidth: 1, outputChannels: 8 },
  "patches of single numbers": { ...patched, kernelHeight: 2, dilations: [1, 3], outputChannels: 24 },
  "patches of groups": { ...patched, inputChannels: 2, outputChannels: 16, groups: 2, padding: same },
  "patches as long as may be": { ...patched, height: 17, kernelHeight: 16, kernelWidth: 4 },
  "patches longer than may be": { ...patched, height: 18, kernelHeight: 17, kernelWidth: 4 },
  "patches of one image": { ...patched, batch: 1, padding: same },
  "patches of six results": { ...patched, batch: 1, height: 4, width: 5 },
  "patches of fewer": { ...patched, batch: 1, height: 3, width: 7 },
  "patches of a last strip of one row": { ...patched, batch: 1, height: 27, width: 100, outputChannels: 8 },
  "patches of no images": { ...patched, batch: 0 },
  "a gradient in place": long,
  "a gradient in place, same": { ...long, inputChannels: 3, padding: same },
  "a gradient in place, strides": {
    ...long,
    batch: 9,
    height: 45,
    width: 68,
    strides: [2, 3],
    padding: { top: 0, bottom: 2, left: 1, right: 0 },
  },
  "a gradient in place, dilated": { ...long, inputChannels: 2, dilations: [2, 3], padding: { top: 3, bottom: 0, left: 2, right: 5 } },
  "a gradient in place, of groups": { ...long, inputChannels: 4, outputChannels: 8, groups: 2, padding: same },
  "a gradient in place, long rows": { ...long, batch: 1, height: 9, width: 313, outputChannels: 20 },
  "a gradient packed": { ...long, outputChannels: 10, padding: same },
  "no images": { ...small, batch: 0 },
  "no input channels": { ...small, inputChannels: 0 },
};

describe.each([{ relaxed: true }, { relaxed: false }])("convolutions, relaxed: $relaxed", ({ relaxed }) => {
  const bench = new KernelBench(relaxed);
  test.each(Object.entries(cases))("%s", (_, sizes) => check(bench, convolutionOf(sizes)));

  test("random geometries", () => {
    const random = randomNumbers(11);
    const upTo = (limit: number): number => 1 + Math.floor(random() * limit);
    for (let round = 0; round < 60; round += 1) {
      const groups = random() < 0.3 ? 2 : 1;
      const sizes: ConvolutionSizes = {
        batch: upTo(3),
        height: upTo(12),
        width: upTo(12),
        inputChannels: groups * upTo(9),
        outputChannels: groups * upTo(13),
        kernelHeight: upTo(4),
        kernelWidth: upTo(4),
        strides: [upTo(3), upTo(3)],
        dilations: [upTo(2), upTo(2)],
        padding: { top: upTo(3) - 1, bottom: upTo(3) - 1, left: upTo(3) - 1, right: upTo(3) - 1 },
        groups,
      };
      check(bench, convolutionOf(sizes));
    }
  });
});

test("strips cover all rows once, in order", () => {
  expect(stripsOf(5, 10, 10, 250).map(({ image, images }) => [image, images])).toEqual([
    [0, 2],
    [2, 2],
    [4, 1],
  ]);
  expect(stripsOf(1, 10, 100, 450).map(({ row, rows }) => [row, rows])).toEqual([
    [0, 4],
    [4, 4],
    [8, 2],
  ]);
});
