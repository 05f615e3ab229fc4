// The geometry of 2-D convolutions, and how their work is cut into strips that fit the caches.

/** One axis of images and the windows over it. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the image. */
  readonly before: number;
}

/** A convolution of NHWC images with an HWIO filter [kernel height, kernel width, inputChannels / groups, outputChannels]. */
export interface Convolution {
  readonly batch: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Group g connects the g-th part of the input channels with the g-th part of the output channels. */
  readonly groups: number;
  readonly axes: readonly [vertical: Axis, horizontal: Axis];
}

/** The three arrays of a convolution: each of the kernels reads two and overwrites the third, which must not overlap the others. */
export interface ConvolutionCall extends Convolution {
  /** [batch, height, width, inputChannels] */
  readonly image: number;
  readonly filter: number;
  /** What `prepareFilter` made of the filter, if that was done ahead. */
  readonly prepared?: number | undefined;
  /** [batch, output height, output width, outputChannels] */
  readonly result: number;
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
