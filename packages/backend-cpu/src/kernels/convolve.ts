// The forward convolution and the gradient with respect to its input, NHWC and HWIO.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { type Convolution, type ConvolutionCall, forwardWindows, gradientWindows } from "./convolution.ts";
import { type Correlation, correlate, packFilter } from "./correlate.ts";
import { packingPart } from "./gemm.ts";
import { packedBytes } from "./pack.ts";
import { winogradConvolution } from "./winograd.ts";
import { type Direction, mappingPart, suitsWinograd } from "./winograd-choice.ts";
import { mapFilter, mappedBytes } from "./winograd-filter.ts";

/**
 * result = image ∗ filter (a cross-correlation, as everywhere in this field). `done` is called once per block of the
 * result as a matrix [batch · output height · output width, outputChannels].
 */
export function convolutionForward(context: KernelContext, call: ConvolutionCall & { readonly done?: BlockDone | undefined }): void {
  const convolve = suitsWinograd(call, "forward") ? winogradConvolution : directConvolution;
  convolve(context, call, "forward", call.done);
}

/** What is known of a convolution as long as only its filter is there. */
export type Filtered = Omit<ConvolutionCall, "image" | "result">;

/** The size of what the forward convolution makes of its filter before it begins; 0 where it makes nothing at once. */
export function preparedFilterBytes(call: Convolution): number {
  const { inputChannels, outputChannels, groups, axes } = call;
  if (groups > 1) return 0;
  if (suitsWinograd(call, "forward")) return mappedBytes(inputChannels, outputChannels);
  return packedBytes(axes[0].kernel * axes[1].kernel * inputChannels, outputChannels);
}
/** Which part of the convolution's time goes into it. */
export function preparedFilterPart(call: Convolution): number {
  return suitsWinograd(call, "forward") ? mappingPart(call) : packingPart(call.batch * call.axes[0].output * call.axes[1].output);
}
/** Makes it, for many calls with one filter. */
export function prepareFilter(context: KernelContext, call: Filtered, to: number): void {
  if (suitsWinograd(call, "forward")) mapFilter(context, call, "forward", to);
  else packFilter(context, correlations(call, "forward")[0]!, to);
}

/** The gradient of the loss with respect to the image, from that with respect to the result. */
export function convolutionInputGradient(context: KernelContext, call: ConvolutionCall): void {
  const convolve = suitsWinograd(call, "backward") ? winogradConvolution : directConvolution;
  convolve(context, call, "backward");
}

/** Either of them as sums over the taps, whatever the geometry. */
export function directConvolution(context: KernelContext, call: ConvolutionCall, direction: Direction, done?: BlockDone): void {
  for (const c of correlations(call, direction, done)) correlate(context, c);
}

function correlations(call: Filtered & Partial<ConvolutionCall>, direction: Direction, done?: BlockDone): Correlation[] {
  const { batch, inputChannels, outputChannels, groups, axes, filter, prepared } = call;
  const [vertical, horizontal] = axes;
  const forward = direction === "forward";
  const image = { pointer: call.image ?? 0, channels: inputChannels / groups, pixelStride: inputChannels };
  const result = { pointer: call.result ?? 0, channels: outputChannels / groups, pixelStride: outputChannels };
  const [source, target] = forward ? [image, result] : [result, image];
  const [height, width] = forward ? [vertical.output, horizontal.output] : [vertical.input, horizontal.input];
  // Backward, neighbours in what is written are a stride apart: each phase is written on its own.
  const [rowStep, columnStep] = forward ? [1, 1] : [vertical.stride, horizontal.stride];
  const [rowPhases, columnPhases] = axes.map((axis) => (forward ? [forwardWindows(axis)] : gradientWindows(axis)));
  const rowStride = width * target.pixelStride;
  return Array.from({ length: groups }, (_, group) => group * target.channels).flatMap((column, group) =>
    rowPhases!.flatMap((rows, y) =>
      columnPhases!.map((columns, x): Correlation => {
        const first = y * rowStride + x * target.pixelStride + column;
        return {
          batch,
          rows,
          columns,
          source: { ...source, pointer: source.pointer + group * source.channels * elementBytes },
          filter: {
            pointer: filter + group * result.channels * elementBytes,
            prepared,
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
        };
      }),
    ),
  );
}
