// Strips of tiles: how images are read tile by tile, and written as one matrix [tiles, channels] for each point.

import { elementBytes, type KernelCalls } from "./context.ts";
import { type Strip, stripsOf, type Windows } from "./convolution.ts";
import { copyStrip, planSource, type SourcePlan } from "./correlate.ts";
import type { Extents } from "./winograd-choice.ts";
import { points, tileExtent } from "./winograd-maps.ts";
import type { MapTiles } from "./winograd-tiles.ts";

/** Images as tiles of a square of places, four apart. */
export interface TiledImages {
  readonly rows: Windows;
  readonly columns: Windows;
  readonly source: { readonly pointer: number; readonly channels: number; readonly pixelStride: number };
  readonly plan: SourcePlan;
  readonly strips: readonly Strip[];
  /** Scratch for a strip with zeros around it, where tiles reach over the edge. */
  readonly copyBytes: number;
}

/** Cuts images into strips of about `stripTiles` tiles; `extent` is that of a tile. */
export function tileImages(
  { pointer, batch, channels }: { readonly pointer: number; readonly batch: number; readonly channels: number },
  axes: readonly [Extents, Extents],
  extent: number,
  stripTiles: number,
): TiledImages {
  const [rows, columns] = axes.map(({ source, results, first }): Windows => {
    const taps = Array.from({ length: extent }, (_, index) => ({ index, offset: first + index }));
    return { source, results: Math.ceil(results / tileExtent), step: tileExtent, taps };
  }) as [Windows, Windows];
  const source = { pointer, channels, pixelStride: channels };
  const strips = stripsOf(batch, rows.results, columns.results, stripTiles);
  const widest = strips[0] as Strip;
  const plan = planSource({ rows, columns, source }, widest);
  return { rows, columns, source, plan, strips, copyBytes: plan.copies ? widest.images * plan.imageStride * elementBytes : 0 };
}

export function tilesOf({ columns }: TiledImages, { images, rows }: Strip): number {
  return images * rows * columns.results;
}

/** Calls back with each row of a strip's tiles, and the number of its first tile within the strip. */
export function eachTileRow(images: TiledImages, strip: Strip, visit: (image: number, row: number, tile: number) => void): void {
  for (let image = 0; image < strip.images; image += 1) {
    for (let row = 0; row < strip.rows; row += 1) visit(image, row, (image * strip.rows + row) * images.columns.results);
  }
}

/** Where a strip's first tile begins, once the strip is copied if it must be. */
export function readStrip(calls: KernelCalls, images: TiledImages, strip: Strip, copy: number): number {
  const { plan, source, rows } = images;
  if (plan.copies) copyStrip(calls, images, plan, strip, copy);
  if (plan.copies) return copy;
  const firstRow = strip.row * rows.step + plan.top;
  return source.pointer + (strip.image * plan.imageStride + firstRow * plan.rowStride + plan.left * plan.pixelStride) * elementBytes;
}

/** Maps some channels of a strip's tiles to their points; strides in bytes. */
export function mapStrip(
  images: TiledImages,
  strip: Strip,
  map: MapTiles,
  from: { readonly pointer: number; readonly channels: number },
  to: { readonly pointer: number; readonly tileStride: number; readonly matrixStride: number },
): void {
  const { columns, plan } = images;
  eachTileRow(images, strip, (image, row, tile) => {
    map(
      from.pointer + (image * plan.imageStride + row * tileExtent * plan.rowStride) * elementBytes,
      tileExtent * plan.pixelStride * elementBytes,
      plan.rowStride * elementBytes,
      plan.pixelStride * elementBytes,
      to.pointer + tile * to.tileStride,
      to.tileStride,
      points * to.matrixStride,
      to.matrixStride,
      columns.results,
      from.channels,
    );
  });
}

/** Distance between matrices in scratch: whole cache lines, and an odd number of them, so that no two evict each other. */
export function matrixStride(bytes: number): number {
  return (Math.ceil(bytes / 64) | 1) * 64;
}
