// The forward convolution and the gradient with respect to its input, NHWC and HWIO.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { type ConvolutionCall, forwardWindows, gradientWindows } from "./convolution.ts";
import { correlate } from "./correlate.ts";
import { winogradConvolution } from "./winograd.ts";
import { type Direction, suitsWinograd } from "./winograd-choice.ts";

/**
 * result = image ∗ filter (a cross-correlation, as everywhere in this field). `done` is called once per block of the
 * result as a matrix [batch · output height · output width, outputChannels].
 */
export function convolutionForward(context: KernelContext, call: ConvolutionCall & { readonly done?: BlockDone | undefined }): void {
  const convolve = suitsWinograd(call, "forward") ? winogradConvolution : directConvolution;
  convolve(context, call, "forward", call.done);
}

/** The gradient of the loss with respect to the image, from that with respect to the result. */
export function convolutionInputGradient(context: KernelContext, call: ConvolutionCall): void {
  const convolve = suitsWinograd(call, "backward") ? winogradConvolution : directConvolution;
  convolve(context, call, "backward");
}

/** Either of them as sums over the taps, whatever the geometry. */
export function directConvolution(context: KernelContext, call: ConvolutionCall, direction: Direction, done?: BlockDone): void {
  const { batch, inputChannels, outputChannels, groups, axes, filter } = call;
  const [vertical, horizontal] = axes;
  const forward = direction === "forward";
  const image = { pointer: call.image, channels: inputChannels / groups, pixelStride: inputChannels };
  const result = { pointer: call.result, channels: outputChannels / groups, pixelStride: outputChannels };
  const [source, target] = forward ? [image, result] : [result, image];
  const [height, width] = forward ? [vertical.output, horizontal.output] : [vertical.input, horizontal.input];
  // Backward, neighbours in what is written are a stride apart: each phase is written on its own.
  const [rowStep, columnStep] = forward ? [1, 1] : [vertical.stride, horizontal.stride];
  const [rowPhases, columnPhases] = axes.map((axis) => (forward ? [forwardWindows(axis)] : gradientWindows(axis)));
  const rowStride = width * target.pixelStride;
  for (let group = 0; group < groups; group += 1) {
    const column = group * target.channels;
    for (const [y, rows] of rowPhases!.entries()) {
      for (const [x, columns] of columnPhases!.entries()) {
        const first = y * rowStride + x * target.pixelStride + column;
        correlate(context, {
          batch,
          rows,
          columns,
          source: { ...source, pointer: source.pointer + group * source.channels * elementBytes },
          filter: {
            pointer: filter + group * result.channels * elementBytes,
            tapsPerRow: horizontal.kernel,
            tapStride: image.channels * outputChannels,
            depthStride: forward ? outputChannels : 1,
            columnStride: forward ? 1 : outputChannels,
          },
          result: {
            pointer: target.pointer + first * elementBytes,
            channels: target.channels,
            imageStride: height * rowStride,
            rowStride: rowStep * rowStride,
            pixelStride: columnStep * target.pixelStride,
          },
          done: done && ((row0, row1, column0, column1) => done(row0, row1, column + column0, column + column1)),
        });
      }
    }
  }
}
