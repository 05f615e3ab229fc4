/** Convolutions and pooling described by their sizes, for tests and benchmarks of the kernels. */
import type { Axis, Convolution } from "../src/kernels/convolution.ts";
import type { Pooling } from "../src/kernels/pooling.ts";

export interface ImageSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** Vertical, horizontal. Default: 1, 1. */
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  /** Default: none. */
  readonly padding?: { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };
}
export interface ConvolutionSizes extends ImageSizes {
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly groups?: number;
}
export interface PoolingSizes extends ImageSizes {
  readonly channels: number;
  readonly window: readonly [number, number];
}

function axesOf(
  { height, width, strides = [1, 1], dilations = [1, 1], padding }: ImageSizes,
  window: readonly [number, number],
): [Axis, Axis] {
  const { top, bottom, left, right } = padding ?? { top: 0, bottom: 0, left: 0, right: 0 };
  const axis = (input: number, at: 0 | 1, before: number, after: number): Axis => {
    const [kernel, stride, dilation] = [window[at], strides[at], dilations[at]];
    const output = Math.max(0, Math.floor((input + before + after - (kernel - 1) * dilation - 1) / stride) + 1);
    return { input, output, kernel, stride, dilation, before };
  };
  return [axis(height, 0, top, bottom), axis(width, 1, left, right)];
}

export const convolutionOf = (sizes: ConvolutionSizes): Convolution => ({
  batch: sizes.batch,
  inputChannels: sizes.inputChannels,
  outputChannels: sizes.outputChannels,
  groups: sizes.groups ?? 1,
  axes: axesOf(sizes, [sizes.kernelHeight, sizes.kernelWidth]),
});
export const poolingOf = (sizes: PoolingSizes): Pooling => ({
  batch: sizes.batch,
  channels: sizes.channels,
  axes: axesOf(sizes, sizes.window),
});
