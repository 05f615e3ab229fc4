// The filter of a convolution by minimal filtering: 36 matrices [depth, channels], one for each point, in panels.

import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import type { ConvolutionCall } from "./convolution.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { panelStep, tileColumns } from "./tile.ts";
import type { Direction } from "./winograd-choice.ts";
import { matrices, points, taps } from "./winograd-maps.ts";
import { matrixStride } from "./winograd-strips.ts";

/** Into so many pieces work is cut, about. */
export const pieces = 16;

/** Some of the channels. */
export type Part = readonly [channel: number, count: number];
type Filter = Pick<ConvolutionCall, "inputChannels" | "outputChannels" | "filter">;

/** Bytes from one mapped matrix to the next. */
export const mappedStride = (depth: number, channels: number): number => matrixStride(packedBytes(depth, channels));
export const mappedBytes = (depth: number, channels: number): number => matrices * mappedStride(depth, channels);
/** The size of all taps, packed. */
export const tapsBytes = (depth: number, channels: number): number => taps * taps * packedBytes(depth, channels);

/** Maps the whole filter. */
export function mapFilter(context: KernelContext, filter: Filter, direction: Direction, to: number): void {
  const [depth, channels] = extents(filter, direction);
  const parts = partsOf(channels, channels / pieces);
  const most = Math.max(...parts.map(([, count]) => count));
  context.parallel(parts.length, 10 * depth * channels, (calls, index) => {
    const part = parts[index]!;
    const packed = calls.scratch.reserve(tapsBytes(depth, most));
    mapPart(calls, filter, direction, part, packed, to + (part[0] / tileColumns) * depth * panelStep, mappedStride(depth, channels));
  });
}

/** Maps some channels of it; `packed` is room for their taps. */
export function mapPart(
  calls: KernelCalls,
  filter: Filter,
  direction: Direction,
  part: Part,
  packed: number,
  to: number,
  stride: number,
): void {
  packTaps(calls, filter, direction, part, packed);
  const [depth] = extents(filter, direction);
  // Packed taps are mapped as they lie: all of the panels are one tile.
  const length = packedBytes(depth, part[1]);
  calls.exports.winogradFilter(packed, 0, taps * length, length, to, 0, points * stride, stride, 1, length / elementBytes);
}

/** Cuts channels into pairs of panels, which share cache lines, `width` or one pair together; the last part is larger rather than less than a vector. */
export function partsOf(channels: number, width: number): Part[] {
  const step = Math.max(1, Math.floor(width / (2 * tileColumns))) * 2 * tileColumns;
  const count = Math.ceil((channels - 3) / step);
  return Array.from({ length: count }, (_, i) => [i * step, i === count - 1 ? channels - i * step : step]);
}

/** The channels that are summed over, and those of results. */
const extents = ({ inputChannels, outputChannels }: Filter, direction: Direction): readonly [depth: number, channels: number] =>
  direction === "forward" ? [inputChannels, outputChannels] : [outputChannels, inputChannels];

/** Packs some channels of all taps; backward, of those of the filter that is flipped and transposed. */
function packTaps(calls: KernelCalls, call: Filter, direction: Direction, [channel, count]: Part, packed: number): void {
  const { inputChannels, outputChannels, filter } = call;
  const forward = direction === "forward";
  const [depth] = extents(call, direction);
  const [rowStride, columnStride] = forward ? [outputChannels, 1] : [1, outputChannels];
  const last = taps * taps - 1;
  for (let place = 0; place <= last; place += 1) {
    const tap = (forward ? place : last - place) * inputChannels * outputChannels;
    const matrix = { pointer: filter + (tap + channel * columnStride) * elementBytes, rowStride, columnStride };
    packPanels(calls, matrix, depth, count, packed + place * packedBytes(depth, count), depth * panelStep);
  }
}
