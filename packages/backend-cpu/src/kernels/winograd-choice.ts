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

/** Multiply-adds in the time that a channel of a tile takes to be mapped, be it read or written. */
const perChannel = 400;
/** The same for a pair of channels of the filter, of which 36 numbers are made; those of a gradient are written and read for each strip. */
const perPair = { image: 250, filter: 600 } as const;
/** A mapped filter takes 36 MiB at most. */
const mostPairs = 2 ** 18;

/**
 * Whether minimal filtering pays: the cost of either way in multiply-adds of matrix products. That of the maps is fitted
 * to all three kernels, measured with 4 to 512 channels and 1 to 3136 tiles, weights not in the cache. Vectors lie along the channels, so there
 * must be one of them at least.
 */
export function suitsWinograd(
  { batch, groups, axes, inputChannels, outputChannels }: Convolution,
  direction: Direction,
  result: keyof typeof perPair = "image",
): boolean {
  const isMinimal = axes.every(({ kernel, stride, dilation }) => kernel === taps && stride === 1 && dilation === 1);
  if (!isMinimal || groups !== 1 || Math.min(inputChannels, outputChannels) < 4) return false;
  const [height, width] = axes.map((axis) => extentsOf(axis, direction).results) as [number, number];
  const pairs = inputChannels * outputChannels;
  const tiles = tilesOf(batch, height, width);
  const direct = batch * height * width * taps * taps * pairs;
  const minimal = tiles * (matrices * pairs + perChannel * (inputChannels + outputChannels)) + perPair[result] * pairs;
  return minimal < direct && pairs <= mostPairs;
}

/** Which part of the time of a forward convolution that pays goes into mapping the filter. */
export function mappingPart({ batch, axes }: Convolution): number {
  return perPair.image / (perPair.image + matrices * tilesOf(batch, axes[0].output, axes[1].output));
}
const tilesOf = (batch: number, height: number, width: number): number =>
  batch * Math.ceil(height / tileExtent) * Math.ceil(width / tileExtent);
