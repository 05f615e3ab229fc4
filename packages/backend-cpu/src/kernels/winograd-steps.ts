// The steps of minimal filtering: images and filters mapped to the points, products, and results mapped back.

import { type BlockDone, elementBytes, type KernelCalls } from "./context.ts";
import type { Strip } from "./convolution.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { edgeTileBytes, panelStep, tileColumns } from "./tile.ts";
import { matrices, points, taps, tileExtent } from "./winograd-maps.ts";
import { mapTiles, matrixStride, readTiles, type TiledImages } from "./winograd-strips.ts";

/** A convolution with a filter, or with the flipped and transposed one. */
export interface Filtering {
  readonly filter: number;
  readonly forward: boolean;
  /** Channels that are read, and those that are written. */
  readonly depth: number;
  readonly channels: number;
  readonly images: TiledImages;
  /** Of what is written. */
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly rowTiles: number;
  readonly target: number;
  readonly done: BlockDone | undefined;
}

/** Where matrices begin, their distance in bytes, and the first of their rows or panels that is meant. */
interface Matrices {
  readonly target: number;
  readonly stride: number;
  readonly first: number;
}

export const inputStride = (tiles: number, depth: number): number => matrixStride(tiles * depth * elementBytes);
export const filterStride = (depth: number, channels: number): number => matrixStride(packedBytes(depth, channels));
/** Scratch of `mapFilter`. */
export const packedTapsBytes = (depth: number, channels: number): number => taps * taps * packedBytes(depth, channels);

/** Maps a row of tiles; `copy` is scratch for it. */
export function mapInputs(
  calls: KernelCalls,
  { images, depth }: Filtering,
  tileRow: Strip,
  copy: number,
  { target, first, stride }: Matrices,
): void {
  const depthBytes = depth * elementBytes;
  const from = readTiles(calls, images, tileRow, copy);
  mapTiles(calls.exports.winogradInput, images, from, depth, target + first * depthBytes, depthBytes, stride);
}

/** Maps some channels of the filter to panels of its matrices [depth, channels]; `packed` is scratch for it. */
export function mapFilter(
  calls: KernelCalls,
  { filter, forward, depth, channels }: Filtering,
  { channel, count }: Pick<Part, "channel" | "count">,
  packed: number,
  { target, first, stride }: Matrices,
): void {
  const [rowStride, columnStride] = forward ? [channels, 1] : [1, depth];
  const panelBytes = depth * panelStep;
  const panels = Math.ceil(count / tileColumns);
  const last = taps * taps - 1;
  for (let place = 0; place <= last; place += 1) {
    const tap = (forward ? place : last - place) * depth * channels;
    const matrix = { pointer: filter + (tap + channel * columnStride) * elementBytes, rowStride, columnStride };
    packPanels(calls, matrix, depth, count, packed + place * panels * panelBytes, panelBytes);
  }
  // Packed taps are mapped as they lie: all of the panels are one tile.
  const [from, tapBytes] = [packed, panels * panelBytes];
  const to = target + first * panelBytes;
  calls.exports.winogradFilter(from, 0, taps * tapBytes, tapBytes, to, 0, points * stride, stride, 1, panels * depth * tileColumns);
}

/** Some rows of tiles, and the channels that are written. */
interface Part {
  readonly tileRows: readonly Strip[];
  readonly channel: number;
  readonly count: number;
}
interface Operands {
  readonly inputs: number;
  readonly inputStride: number;
  readonly filter: number;
  readonly filterStride: number;
  /** The first of the filter's panels. */
  readonly first: number;
}

/** Scratch of `writeProducts`: products, two tables of rows, one of segments, and an edge tile. */
export const productSizes = (tiles: number, count: number): [number, number, number, number, number] => [
  matrices * matrixStride(tiles * count * elementBytes),
  tiles * elementBytes,
  tiles * elementBytes,
  elementBytes,
  edgeTileBytes,
];

/** Multiplies mapped tiles with a mapped filter and writes the results. */
export function writeProducts(
  { exports }: KernelCalls,
  { depth, channels, height, width, rowTiles, target }: Filtering,
  { tileRows, channel, count }: Part,
  { inputs, inputStride, filter, filterStride, first }: Operands,
  [products, rowTable, resultTable, segmentTable, edgeTile]: readonly number[],
): void {
  const tiles = tileRows.length * rowTiles;
  const [depthBytes, countBytes, pixelBytes] = [depth * elementBytes, count * elementBytes, channels * elementBytes];
  const productStride = matrixStride(tiles * countBytes);
  exports.fillSequence(rowTable!, 0, depthBytes, tiles);
  exports.fillSequence(resultTable!, 0, countBytes, tiles);
  exports.fillSequence(segmentTable!, 0, 0, 1);
  for (let matrix = 0; matrix < matrices; matrix += 1) {
    exports.tileProduct(
      rowTable!,
      tiles,
      segmentTable!,
      1,
      depth,
      inputs + matrix * inputStride,
      filter + matrix * filterStride + first * depth * panelStep,
      depth * panelStep,
      count,
      resultTable!,
      products! + matrix * productStride,
      0,
      edgeTile!,
    );
  }
  for (const [i, { image, row }] of tileRows.entries()) {
    const top = row * tileExtent;
    exports.winogradResult(
      products! + i * rowTiles * countBytes,
      countBytes,
      points * productStride,
      productStride,
      target + (image * height + top) * width * pixelBytes + channel * elementBytes,
      tileExtent * pixelBytes,
      width * pixelBytes,
      pixelBytes,
      rowTiles,
      count,
      height - top,
      width,
    );
  }
}
