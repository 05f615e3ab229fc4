// How images are read tile by tile, and written as one matrix [tiles, channels] for each point.

import { elementBytes, type KernelCalls } from "./context.ts";
import type { Strip, Windows } from "./convolution.ts";
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
  /** Scratch for a row of tiles with zeros around it, where tiles reach over the edge. */
  readonly copyBytes: number;
}

/** Tiles of `extent` places along each axis. */
export function tileImages(pointer: number, channels: number, axes: readonly [Extents, Extents], extent: number): TiledImages {
  const [rows, columns] = axes.map(({ source, results, first }): Windows => {
    const taps = Array.from({ length: extent }, (_, index) => ({ index, offset: first + index }));
    return { source, results: Math.ceil(results / tileExtent), step: tileExtent, taps };
  }) as [Windows, Windows];
  const source = { pointer, channels, pixelStride: channels };
  const plan = planSource({ rows, columns, source }, { image: 0, images: 1, row: 0, rows: 1 });
  return { rows, columns, source, plan, copyBytes: plan.copies ? plan.imageStride * elementBytes : 0 };
}

/** The rows of tiles in a strip, each a strip of its own. */
export function tileRowsOf({ image, images, row, rows }: Strip): Strip[] {
  const count = images * rows;
  return Array.from({ length: count }, (_, i) => ({ image: image + Math.floor(i / rows), images: 1, row: row + (i % rows), rows: 1 }));
}

/** Where a row of tiles begins, once it is copied if it must be. */
export function readTiles(calls: KernelCalls, images: TiledImages, tileRow: Strip, copy: number): number {
  const { plan, source } = images;
  if (plan.copies) {
    copyStrip(calls, images, plan, tileRow, copy);
    return copy;
  }
  const row = tileRow.row * tileExtent + plan.top;
  return source.pointer + (tileRow.image * plan.imageStride + row * plan.rowStride + plan.left * plan.pixelStride) * elementBytes;
}

/** Maps some channels of a row of tiles to their points; `tileStride` and `matrixStride` in bytes. */
export function mapTiles(
  map: MapTiles,
  { columns, plan }: TiledImages,
  pointer: number,
  channels: number,
  target: number,
  tileStride: number,
  matrixStride: number,
): void {
  const pixelBytes = plan.pixelStride * elementBytes;
  const rowBytes = plan.rowStride * elementBytes;
  const step = tileExtent * pixelBytes;
  map(pointer, step, rowBytes, pixelBytes, target, tileStride, points * matrixStride, matrixStride, columns.results, channels);
}

/** Distance between matrices in scratch: whole cache lines, and an odd number of them, so that no two evict each other. */
export function matrixStride(bytes: number): number {
  return (Math.ceil(bytes / 64) | 1) * 64;
}
