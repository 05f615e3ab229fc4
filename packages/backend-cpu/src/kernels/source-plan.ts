// How a correlation reads its source: in place, or a strip at a time through a copy with zeros around it.

import { elementBytes, type KernelContext } from "./context.ts";
import { reach, type Strip } from "./convolution.ts";
import type { Correlation } from "./correlate.ts";

/** Segments shorter than this are gathered into dense rows: the tile product pays some 20 instructions per segment. */
const shortSegment = 16;
/** `gatherPatches` reads and writes whole vectors. */
const vectorSlack = 16;

export interface SourcePlan {
  /** Whether windows reach over the edge, or the pixels' channels are not neighbours, so that strips are copied. */
  readonly copies: boolean;
  /** Whether the patches under the kernel are copied once more, into dense rows. */
  readonly gathers: boolean;
  readonly copyBytes: number;
  readonly patchBytes: number;
  /** Source position of the first pixel that is read (copied) by the first result. */
  readonly top: number;
  readonly left: number;
  /** Rows and columns of a strip of the copy. */
  readonly height: number;
  readonly width: number;
  /** Distances between images, rows and pixels, in the copy or in place. */
  readonly imageBytes: number;
  readonly rowBytes: number;
  readonly pixelBytes: number;
  /** Runs of neighbouring elements under the kernel, relative to a result's first pixel, in bytes. */
  readonly segmentOffsets: readonly number[];
  readonly segmentLength: number;
}

/** Distances in bytes between images, rows and pixels. */
export type Distances = readonly [image: number, row: number, pixel: number];

export function planSource(correlation: Correlation, widest: Strip): SourcePlan {
  const { rows, columns, source } = correlation;
  const { channels, pixelStride } = source;
  const [top, bottom] = reach(rows);
  const [left, right] = reach(columns);
  const tapsAreNeighbours = columns.taps.every(({ offset }, index) => offset === left + index);
  const neighbours = tapsAreNeighbours ? columns.taps.length : 1;
  const reachesOver = top < 0 || left < 0 || bottom > rows.source || right > columns.source;
  const gathers = neighbours * channels < shortSegment && rows.taps.length > 0;
  const copies = reachesOver || gathers || pixelStride !== channels;
  const height = (widest.rows - 1) * rows.step + (rows.taps.at(-1)?.offset ?? top) - top + 1;
  const width = right - left;
  const pixelBytes = (copies ? channels : pixelStride) * elementBytes;
  const rowBytes = (copies ? width : columns.source) * pixelBytes;
  const imageBytes = (copies ? height : rows.source) * rowBytes;
  const firsts = columns.taps.filter((_, index) => index % neighbours === 0);
  const segmentOffsets = rows.taps.flatMap((row) =>
    firsts.map((column) => (row.offset - top) * rowBytes + (column.offset - left) * pixelBytes),
  );
  const depth = segmentOffsets.length * neighbours * channels;
  const count = widest.images * widest.rows * columns.results;
  return {
    copies,
    gathers,
    copyBytes: copies ? widest.images * imageBytes + vectorSlack : 0,
    patchBytes: gathers ? count * depth * elementBytes + vectorSlack : 0,
    top,
    left,
    height,
    width,
    imageBytes,
    rowBytes,
    pixelBytes,
    segmentOffsets,
    segmentLength: neighbours * channels,
  };
}

/** The address of the first pixel that a strip reads in place. */
export function stripStart({ rows, source }: Correlation, plan: SourcePlan, strip: Strip): number {
  const row = strip.row * rows.step + plan.top;
  return source.pointer + strip.image * plan.imageBytes + row * plan.rowBytes + plan.left * plan.pixelBytes;
}

/** Copies what a strip reads. The columns beside the source were zeroed once; rows above and below are here. */
export function copyStrip(context: KernelContext, correlation: Correlation, plan: SourcePlan, strip: Strip, copy: number): void {
  const { exports } = context;
  const { rows, columns, source } = correlation;
  const { height, rowBytes, pixelBytes } = plan;
  const sourcePixelBytes = source.pixelStride * elementBytes;
  const sourceRowBytes = columns.source * sourcePixelBytes;
  const firstRow = strip.row * rows.step + plan.top;
  const [rowStart, rowEnd] = overlap(firstRow, height, rows.source);
  const [columnStart, columnEnd] = overlap(plan.left, plan.width, columns.source);
  for (let image = 0; image < strip.images; image += 1) {
    const target = copy + image * plan.imageBytes;
    exports.fillZero(target, rowStart * rowBytes);
    exports.fillZero(target + rowEnd * rowBytes, (height - rowEnd) * rowBytes);
    const sourceRow = (strip.image + image) * rows.source + firstRow + rowStart;
    const from = source.pointer + sourceRow * sourceRowBytes + (plan.left + columnStart) * sourcePixelBytes;
    const to = target + rowStart * rowBytes + columnStart * pixelBytes;
    const pixels = columnEnd - columnStart;
    if (sourcePixelBytes === pixelBytes) {
      exports.copyRows(from, sourceRowBytes, to, rowBytes, rowEnd - rowStart, pixels * pixelBytes);
    } else {
      for (let row = 0; row < rowEnd - rowStart; row += 1) {
        exports.copyRows(from + row * sourceRowBytes, sourcePixelBytes, to + row * rowBytes, pixelBytes, pixels, pixelBytes);
      }
    }
  }
}

/** Writes the offset of each pixel of a strip, images outermost. */
export function fillPixelTable(
  { exports }: KernelContext,
  table: number,
  strip: Strip,
  columns: number,
  [image, row, pixel]: Distances,
): void {
  for (let i = 0; i < strip.images; i += 1) {
    for (let r = 0; r < strip.rows; r += 1) {
      exports.fillSequence(table + (i * strip.rows + r) * columns * elementBytes, i * image + r * row, pixel, columns);
    }
  }
}

/** The part of `count` places from `first` on that lies within a source of the given extent, as places. */
export function overlap(first: number, count: number, extent: number): readonly [start: number, end: number] {
  const start = Math.min(count, Math.max(0, -first));
  return [start, Math.max(start, Math.min(count, extent - first))];
}
