// Which convolutions are computed by minimal filtering.

import type { Axis, Convolution } from "./convolution.ts";
import { matrices, taps, tileExtent } from "./winograd-maps.ts";

export type Direction = "forward" | "backward";

/** What is read and what is written along one axis, and where the first tile begins. */
export interface Extents {
  readonly source: number;
  readonly results: number;
  readonly first: number;
}

/** Backward, the windows are those of the flipped filter over the gradient. */
export function extentsOf({ input, output, before }: Axis, direction: Direction): Extents {
  if (direction === "forward") return { source: input, results: output, first: -before };
  return { source: output, results: input, first: before - (taps - 1) };
}

/**
 * Whether minimal filtering pays. The cost of either way is counted in multiply-adds of matrix products. That of the
 * transforms is fitted to measurements with 4 to 512 channels: 250 per tile and channel, and 600 per pair of channels,
 * for which 36 numbers are made, written and read again. A tenth is left for machines unlike the measured one. The
 * transformed filter may take 36 MiB.
 */
export function suitsWinograd({ batch, groups, axes, inputChannels, outputChannels }: Convolution, direction: Direction): boolean {
  const isMinimal = axes.every(({ kernel, stride, dilation }) => kernel === taps && stride === 1 && dilation === 1);
  if (!isMinimal || groups !== 1 || inputChannels % 4 !== 0 || outputChannels % 4 !== 0) return false;
  const [height, width] = axes.map((axis) => extentsOf(axis, direction).results) as [number, number];
  const pairs = inputChannels * outputChannels;
  const tiles = batch * Math.ceil(height / tileExtent) * Math.ceil(width / tileExtent);
  const direct = batch * height * width * taps * taps * pairs;
  const minimal = tiles * (matrices * pairs + 250 * (inputChannels + outputChannels)) + 600 * pairs;
  return minimal < 0.9 * direct && pairs <= 2 ** 18;
}
