// The geometry of 2-D convolutions, and how their work is cut into strips that fit the caches.

export interface Padding2d {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A convolution of NHWC images with an HWIO filter [kernelHeight, kernelWidth, inputChannels / groups, outputChannels]. */
export interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** Vertical, horizontal. Default: 1, 1. */
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  /** Default: none. */
  readonly padding?: Padding2d;
  /** Group g connects the g-th part of the input channels with the g-th part of the output channels. Default: 1. */
  readonly groups?: number;
}

/** One axis of a convolution. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

type Geometry = Pick<Convolution, "height" | "width" | "kernelHeight" | "kernelWidth" | "strides" | "dilations" | "padding">;

/** The vertical and the horizontal axis. */
export function axesOf(convolution: Geometry): readonly [vertical: Axis, horizontal: Axis] {
  const { height, width, kernelHeight, kernelWidth, strides = [1, 1], dilations = [1, 1] } = convolution;
  const { top, bottom, left, right } = convolution.padding ?? { top: 0, bottom: 0, left: 0, right: 0 };
  const axis = (input: number, kernel: number, at: 0 | 1, before: number, after: number): Axis => {
    const [stride, dilation] = [strides[at], dilations[at]];
    const extent = (kernel - 1) * dilation + 1;
    const output = Math.max(0, Math.floor((input + before + after - extent) / stride) + 1);
    return { input, output, kernel, stride, dilation, before };
  };
  return [axis(height, kernelHeight, 0, top, bottom), axis(width, kernelWidth, 1, left, right)];
}

/** One read of a window: kernel index `index` reads the source `offset` places from the window's start. */
export interface Tap {
  readonly index: number;
  readonly offset: number;
}

/** Windows along one axis: result o reads the source at o·step + offset for each tap, zero outside of it. */
export interface Windows {
  readonly source: number;
  readonly results: number;
  readonly step: number;
  /** In ascending order of offset. */
  readonly taps: readonly Tap[];
}

/** The windows of the forward convolution. */
export function forwardWindows({ input, output, kernel, stride, dilation, before }: Axis): Windows {
  const taps = Array.from({ length: kernel }, (_, index) => ({ index, offset: index * dilation - before }));
  return { source: input, results: output, step: stride, taps };
}

/**
 * The windows of the input gradient, one set per phase: inputs at phase + o·stride are reached by the same
 * taps, from outputs that lie side by side. With stride 1 this is the convolution with the flipped filter.
 */
export function gradientWindows({ input, output, kernel, stride, dilation, before }: Axis): Windows[] {
  return Array.from({ length: Math.min(stride, input) }, (_, phase) => {
    const taps = Array.from({ length: kernel }, (_, flipped) => {
      const index = kernel - 1 - flipped;
      return { index, offset: (phase + before - index * dilation) / stride };
    }).filter(({ offset }) => Number.isInteger(offset));
    return { source: output, results: Math.ceil((input - phase) / stride), step: 1, taps };
  });
}

/** The range of source positions that the windows reach, which may begin before 0 and end behind the source. */
export function reach({ results, step, taps }: Windows): readonly [start: number, end: number] {
  const first = taps[0]?.offset ?? 0;
  const last = taps.at(-1)?.offset ?? 0;
  return [first, (results - 1) * step + last + 1];
}

/** Consecutive images, or some result rows of one image. */
export interface Strip {
  readonly image: number;
  readonly images: number;
  readonly row: number;
  readonly rows: number;
}

/** Cuts images of `height`×`width` results into strips of about `results` results, in order. */
export function stripsOf(batch: number, height: number, width: number, results: number): Strip[] {
  const strips: Strip[] = [];
  if (height * width <= results) {
    const together = Math.max(1, Math.floor(results / Math.max(1, height * width)));
    for (let image = 0; image < batch; image += together) {
      strips.push({ image, images: Math.min(together, batch - image), row: 0, rows: height });
    }
    return strips;
  }
  const together = Math.max(1, Math.floor(results / width));
  for (let image = 0; image < batch; image += 1) {
    for (let row = 0; row < height; row += together) {
      strips.push({ image, images: 1, row, rows: Math.min(together, height - row) });
    }
  }
  return strips;
}
