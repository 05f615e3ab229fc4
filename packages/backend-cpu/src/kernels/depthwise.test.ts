// Depthwise convolutions and both gradients against float64 loops: strides, dilations, paddings, all widths of vectors.

import { describe, expect, test } from "vitest";
import { eachTerm, Sums } from "../../test/convolution-terms.ts";
import { type ConvolutionSizes, convolutionOf } from "../../test/geometry.ts";
import { expectClose, KernelBench, randomNumbers } from "../../test/kernel-bench.ts";
import type { KernelContext } from "./context.ts";
import type { Convolution } from "./convolution.ts";
import { type DepthwiseCall, depthwiseFilterGradient, depthwiseForward, depthwiseInputGradient } from "./depthwise.ts";

type Geometry = Convolution & Pick<DepthwiseCall, "channels">;
type Sizes = Omit<ConvolutionSizes, "inputChannels" | "outputChannels" | "groups"> & { readonly channels: number };

const geometryOf = ({ channels, ...sizes }: Sizes): Geometry => ({
  ...convolutionOf({ ...sizes, inputChannels: channels, outputChannels: channels, groups: channels }),
  channels,
});

function lengthsOf({ batch, channels, axes: [vertical, horizontal] }: Geometry): readonly [input: number, filter: number, output: number] {
  return [
    batch * vertical.input * horizontal.input * channels,
    vertical.kernel * horizontal.kernel * channels,
    batch * vertical.output * horizontal.output * channels,
  ];
}

function check(bench: KernelBench, geometry: Geometry): void {
  const [inputs, weights, outputs] = lengthsOf(geometry);
  const random = randomNumbers(inputs * 31 + weights * 7 + outputs);
  const values = (length: number): Float32Array => Float32Array.from({ length }, () => random() * 2 - 1);
  const [x, w, dy] = [values(inputs), values(weights), values(outputs)];
  const [y, dx, dw] = [new Sums(outputs), new Sums(inputs), new Sums(weights)];
  eachTerm(geometry, (input, filter, output) => {
    y.add(output, x[input]! * w[filter]!);
    dx.add(input, dy[output]! * w[filter]!);
    dw.add(filter, dy[output]! * x[input]!);
  });
  const [image, filter, result] = [bench.put(x), bench.put(w), bench.put(dy)];
  const output = bench.output(outputs);
  const covered = new Uint8Array(outputs);
  const done = (row0: number, row1: number, column0: number, column1: number): void => {
    for (let i = row0; i < row1; i += 1) {
      for (let j = column0; j < column1; j += 1) covered[i * geometry.channels + j]! += 1;
    }
  };
  depthwiseForward(bench.context, { ...geometry, image, filter, result: output, done });
  expectClose(bench.floats(output, outputs), y.values, y.allowed());
  expect(covered.every((times) => times === 1)).toBe(true);
  const inputGradient = bench.output(inputs);
  depthwiseInputGradient(bench.context, { ...geometry, image: inputGradient, filter, result });
  expectClose(bench.floats(inputGradient, inputs), dx.values, dx.allowed());
  const filterGradient = bench.output(weights);
  depthwiseFilterGradient(bench.context, { ...geometry, image, filter: filterGradient, result });
  expectClose(bench.floats(filterGradient, weights), dw.values, dw.allowed());
  bench.checkAndFree();
}

const same = { top: 1, bottom: 1, left: 1, right: 1 };
const small: Sizes = { batch: 2, height: 5, width: 7, channels: 5, kernelHeight: 3, kernelWidth: 3 };

const cases: Record<string, Sizes> = {
  valid: small,
  same: { ...small, padding: same },
  "all widths of vectors": { ...small, channels: 39, padding: same },
  "four vectors": { ...small, channels: 16, padding: same },
  "one channel": { ...small, channels: 1, padding: same },
  "stride 2": { ...small, height: 9, strides: [2, 2], padding: { top: 0, bottom: 1, left: 1, right: 2 } },
  "uneven strides": { ...small, height: 11, width: 13, strides: [3, 2], padding: same },
  "stride beyond the kernel": { ...small, kernelHeight: 1, kernelWidth: 2, strides: [2, 3], width: 11 },
  "stride beyond the input": { ...small, height: 1, width: 2, kernelHeight: 1, kernelWidth: 1, strides: [4, 5] },
  dilation: { ...small, height: 8, width: 9, dilations: [2, 3], padding: { top: 2, bottom: 2, left: 3, right: 3 } },
  "dilation and stride": { ...small, height: 13, width: 17, kernelWidth: 4, dilations: [2, 4], strides: [2, 6], padding: same },
  "dilation beyond the image": { ...small, dilations: [9, 11], padding: { top: 9, bottom: 9, left: 11, right: 11 } },
  "a wide window": { ...small, kernelHeight: 2, kernelWidth: 9, padding: { top: 0, bottom: 1, left: 4, right: 4 } },
  "one column": { ...small, height: 23, width: 1, padding: same },
  "one row": { ...small, height: 1, width: 23, padding: same },
  "padding beyond the kernel": { ...small, padding: { top: 4, bottom: 0, left: 0, right: 5 } },
  "nothing but padding": { ...small, height: 1, width: 1, padding: { top: 3, bottom: 3, left: 3, right: 3 } },
  "kernel larger than the image": { ...small, height: 2, width: 2 },
  "several pieces, several times finished": { ...small, batch: 5, height: 53, width: 37, channels: 33, padding: same },
  "pieces within rows, stride 2": { ...small, batch: 1, height: 61, width: 59, channels: 64, strides: [2, 2], padding: same },
  "no images": { ...small, batch: 0 },
  "no channels": { ...small, channels: 0 },
};

describe.each([{ relaxed: true }, { relaxed: false }])("depthwise convolutions, relaxed: $relaxed", ({ relaxed }) => {
  const bench = new KernelBench(relaxed);
  test.each(Object.entries(cases))("%s", (_, sizes) => check(bench, geometryOf(sizes)));

  test("random geometries", () => {
    const random = randomNumbers(13);
    const upTo = (limit: number): number => 1 + Math.floor(random() * limit);
    for (let round = 0; round < 80; round += 1) {
      const sizes: Sizes = {
        batch: upTo(3),
        height: upTo(12),
        width: upTo(12),
        channels: upTo(25),
        kernelHeight: upTo(4),
        kernelWidth: upTo(5),
        strides: [upTo(3), upTo(3)],
        dilations: [upTo(3), upTo(3)],
        padding: { top: upTo(3) - 1, bottom: upTo(3) - 1, left: upTo(3) - 1, right: upTo(3) - 1 },
      };
      check(bench, geometryOf(sizes));
    }
  });

  test("NaN and ∞ stay in the windows and channels they are in", () => {
    const geometry = geometryOf({ ...small, batch: 1, height: 1, width: 6, channels: 2, kernelHeight: 1 });
    const x = [1, 1, Number.NaN, 1, 1, 1, 1, 1, 1, 1, 1, Number.POSITIVE_INFINITY];
    const [image, filter, result] = [bench.put(x), bench.put(new Float32Array(6).fill(1)), bench.output(8)];
    depthwiseForward(bench.context, { ...geometry, image, filter, result });
    expect([...bench.floats(result, 8)]).toEqual([Number.NaN, 3, Number.NaN, 3, 3, 3, 3, Number.POSITIVE_INFINITY]);
    bench.checkAndFree();
  });
});

test("results do not depend on the order in which pieces are done", () => {
  const bench = new KernelBench(true);
  const geometry = geometryOf({ ...small, batch: 3, height: 41, width: 43, channels: 37, strides: [1, 2], padding: same });
  const [inputs, weights, outputs] = lengthsOf(geometry);
  const random = randomNumbers(5);
  const [x, w, dy] = [inputs, weights, outputs].map((length) => bench.put(Float32Array.from({ length }, random))) as [
    number,
    number,
    number,
  ];
  const backwards: KernelContext = {
    ...bench.context,
    parallel(count, _, piece) {
      for (let index = count - 1; index >= 0; index -= 1) piece(bench.context, index);
    },
  };
  const results = [bench.context, backwards].map((context) => {
    const [y, dx, dw] = [bench.output(outputs), bench.output(inputs), bench.output(weights)];
    depthwiseForward(context, { ...geometry, image: x, filter: w, result: y });
    depthwiseInputGradient(context, { ...geometry, image: dx, filter: w, result: dy });
    depthwiseFilterGradient(context, { ...geometry, image: x, filter: dw, result: dy });
    return [bench.floats(y, outputs), bench.floats(dx, inputs), bench.floats(dw, weights)];
  });
  expect(results[1]).toEqual(results[0]);
  bench.checkAndFree();
});
