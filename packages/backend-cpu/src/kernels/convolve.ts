// The forward convolution and the gradient with respect to its input, NHWC and HWIO.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { axesOf, type Convolution, forwardWindows, gradientWindows } from "./convolution.ts";
import { correlate } from "./correlate.ts";

export interface ConvolutionForward {
  readonly convolution: Convolution;
  /** [batch, height, width, inputChannels] */
  readonly input: number;
  /** [kernelHeight, kernelWidth, inputChannels / groups, outputChannels] */
  readonly filter: number;
  /** [batch, output height, output width, outputChannels]; must not overlap the others. */
  readonly output: number;
  /** Called once per block of the output as a matrix [batch · output height · output width, outputChannels]. */
  readonly done?: BlockDone;
}

/** output = input ∗ filter (a cross-correlation, as everywhere in this field). */
export function convolutionForward(context: KernelContext, { convolution, input, filter, output, done }: ConvolutionForward): void {
  const { batch, inputChannels, outputChannels, kernelWidth, groups = 1 } = convolution;
  const [vertical, horizontal] = axesOf(convolution);
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  for (let group = 0; group < groups; group += 1) {
    const column = group * outputs;
    correlate(context, {
      batch,
      rows: forwardWindows(vertical),
      columns: forwardWindows(horizontal),
      source: { pointer: input + group * inputs * elementBytes, channels: inputs, pixelStride: inputChannels },
      filter: {
        pointer: filter + column * elementBytes,
        tapsPerRow: kernelWidth,
        tapStride: inputs * outputChannels,
        depthStride: outputChannels,
        columnStride: 1,
      },
      result: {
        pointer: output + column * elementBytes,
        channels: outputs,
        imageStride: vertical.output * horizontal.output * outputChannels,
        rowStride: horizontal.output * outputChannels,
        pixelStride: outputChannels,
      },
      ...(done && { done: (row0, row1, column0, column1) => done(row0, row1, column + column0, column + column1) }),
    });
  }
}

export interface ConvolutionInputGradient {
  readonly convolution: Convolution;
  /** [batch, output height, output width, outputChannels] */
  readonly outputGradient: number;
  /** [kernelHeight, kernelWidth, inputChannels / groups, outputChannels] */
  readonly filter: number;
  /** [batch, height, width, inputChannels]; overwritten; must not overlap the others. */
  readonly inputGradient: number;
}

/** The gradient of the loss with respect to the convolution's input. */
export function convolutionInputGradient(context: KernelContext, gradient: ConvolutionInputGradient): void {
  const { convolution, outputGradient, filter, inputGradient } = gradient;
  const { batch, inputChannels, outputChannels, kernelWidth, groups = 1, strides = [1, 1] } = convolution;
  const [vertical, horizontal] = axesOf(convolution);
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  const rowStride = horizontal.input * inputChannels;
  for (let group = 0; group < groups; group += 1) {
    for (const [y, rows] of gradientWindows(vertical).entries()) {
      for (const [x, columns] of gradientWindows(horizontal).entries()) {
        const first = y * rowStride + x * inputChannels + group * inputs;
        correlate(context, {
          batch,
          rows,
          columns,
          source: { pointer: outputGradient + group * outputs * elementBytes, channels: outputs, pixelStride: outputChannels },
          filter: {
            pointer: filter + group * outputs * elementBytes,
            tapsPerRow: kernelWidth,
            tapStride: inputs * outputChannels,
            depthStride: 1,
            columnStride: outputChannels,
          },
          result: {
            pointer: inputGradient + first * elementBytes,
            channels: inputs,
            imageStride: vertical.input * rowStride,
            rowStride: strides[0] * rowStride,
            pixelStride: strides[1] * inputChannels,
          },
        });
      }
    }
  }
}
