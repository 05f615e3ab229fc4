// The one engine behind the forward convolution and the input gradient: sums of taps times filter blocks.
//
// The source is read through pointers, one per result (see `tile.ts`), a strip of results at a time, so that
// what a strip needs stays in the second-level cache: in place, or through a copy with zeros around it.

import { type BlockDone, elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { reach, type Strip, stripsOf, type Windows } from "./convolution.ts";
import { copySpeed, productSpeed } from "./gemm.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { patchBytes, suitsPatches } from "./patches.ts";
import { carveScratch } from "./scratch.ts";
import { edgeTileBytes, panelStep, productOfTiles, tileColumns, tileRows } from "./tile.ts";

/** Results per strip, a compromise: tables and copies stay small, filter panels are reused often. */
const stripResults = 2048;
/** Into so many pieces work is cut at least, each with this many results, or channels of results. */
const pieces = 8;
const leastResults = 96;
const leastChannels = 32;
export interface Correlation {
  readonly batch: number;
  readonly rows: Windows;
  readonly columns: Windows;
  /** Some neighbouring channels of images whose pixels are `pixelStride` elements apart. */
  readonly source: { readonly pointer: number; readonly channels: number; readonly pixelStride: number };
  /** Element (tap, source channel, result channel) = tap·tapStride + channel·depthStride + channel·columnStride. */
  readonly filter: {
    readonly pointer: number;
    /** What `packFilter` made of it, if that was done ahead. */
    readonly prepared?: number | undefined;
    readonly tapsPerRow: number;
    readonly tapStride: number;
    readonly depthStride: number;
    readonly columnStride: number;
  };
  /** Distances in elements; the channels of a result are neighbours. */
  readonly result: {
    readonly pointer: number;
    readonly channels: number;
    readonly imageStride: number;
    readonly rowStride: number;
    readonly pixelStride: number;
  };
  readonly done?: BlockDone | undefined;
}

/** Results = Σ over taps and source channels of source · filter. */
export function correlate(context: KernelContext, correlation: Correlation): void {
  const { batch, rows, columns, source, filter, result, done } = correlation;
  const total = batch * rows.results * columns.results;
  if (total * result.channels === 0) return;
  const gathers = suitsPatches(...segmentsOf(correlation), result.channels);
  // What is gathered is gathered for all channels.
  const across = gathers ? 1 : acrossOf(total, result.channels);
  const results = Math.min(stripResults, Math.max(leastResults, Math.ceil((total * across) / pieces)));
  const [widest, ...others] = stripsOf(batch, rows.results, columns.results, results) as [Strip, ...Strip[]];
  const strips = [widest, ...others];
  const plan = planSource(correlation, widest);
  const { copies, offsets, segmentLength } = plan;
  const depth = offsets.length * segmentLength;
  // Filters that only one strip reads are packed by the pieces that read them, a part at a time, which stays in the cache.
  const alone = strips.length === 1;
  const tableBytes = widest.images * widest.rows * columns.results * elementBytes;
  const packs = filter.prepared === undefined;
  const [room, rowTable, resultTable, segmentTable] = carveScratch(
    context,
    alone || !packs ? 0 : packedBytes(depth, result.channels),
    tableBytes,
    tableBytes,
    offsets.length * elementBytes,
  );
  fillTable(context, rowTable, widest, columns.results, [plan.imageStride, rows.step * plan.rowStride, columns.step * plan.pixelStride]);
  fillTable(context, resultTable, widest, columns.results, [result.imageStride, result.rowStride, result.pixelStride]);
  for (const [index, offset] of offsets.entries()) {
    context.exports.fillSequence(segmentTable + index * elementBytes, offset * elementBytes, 0, 1);
  }
  const panels = filter.prepared ?? room;
  if (packs && !alone) packFilter(context, correlation, panels);

  const width = Math.ceil(result.channels / across / tileColumns) * tileColumns;
  const perSegment = (rows.taps.length * columns.taps.length) / Math.max(1, offsets.length);
  // Segments at once.
  const together = alone && !gathers ? 1 : Math.max(1, offsets.length);
  const length = together * segmentLength;
  context.parallel(strips.length * across, (total * depth * result.channels) / productSpeed, (calls, piece) => {
    const strip = strips[Math.floor(piece / across)]!;
    const channel = (piece % across) * width;
    const channels = Math.min(width, result.channels - channel);
    if (channels <= 0) return;
    const [tileRoom, copy, part] = carveScratch(
      calls,
      gathers ? patchBytes : edgeTileBytes,
      copies ? widest.images * plan.imageStride * elementBytes : 0,
      alone && packs ? packedBytes(length, width) : 0,
    );
    const count = strip.images * strip.rows * columns.results;
    const firstRow = strip.row * rows.step + plan.top;
    const start = strip.image * plan.imageStride + firstRow * plan.rowStride + plan.left * plan.pixelStride;
    const place = strip.image * result.imageStride + strip.row * result.rowStride + channel;
    if (copies) copyStrip(calls, correlation, plan, strip, copy);
    const from = copies ? copy : source.pointer + start * elementBytes;
    const to = result.pointer + place * elementBytes;
    // Without taps there is still one product, which writes zeros.
    for (let segment = 0; segment === 0 || segment < offsets.length; segment += together) {
      let stride = depth * panelStep;
      let right = panels + (channel / tileColumns) * stride + segment * segmentLength * panelStep;
      if (alone && packs) {
        [right, stride] = [part, length * panelStep];
        packSome(calls, correlation, channel, channels, segment * perSegment, together * perSegment, part);
      }
      const [segments, entry] = [Math.min(together, offsets.length), segmentTable + segment * elementBytes];
      const adds = Number(segment > 0);
      const multiply = gathers && count >= tileRows ? calls.exports.patchProduct : productOfTiles(calls.exports, count, channels);
      multiply(rowTable, count, entry, segments, segmentLength, from, right, stride, channels, resultTable, to, adds, tileRoom);
    }
    const row = (strip.image * rows.results + strip.row) * columns.results;
    done?.(row, row + count, channel, channel + channels);
  });
}

/** Into how many parts the channels of results are cut: where there are few strips, since then filters are large. */
function acrossOf(total: number, channels: number): number {
  const strips = Math.ceil(total / stripResults);
  return Math.max(1, Math.min(Math.ceil(pieces / strips), Math.floor(channels / leastChannels)));
}

/** How many runs of neighbouring elements there are under the kernel, and how long they are. */
function segmentsOf({ rows, columns, source }: Pick<Correlation, "rows" | "columns" | "source">): [count: number, length: number] {
  const tapsAreNeighbours = columns.taps.every(({ offset }, index) => offset === columns.taps[0]!.offset + index);
  const perRow = tapsAreNeighbours ? Math.min(1, columns.taps.length) : columns.taps.length;
  return [rows.taps.length * perRow, (tapsAreNeighbours ? columns.taps.length : 1) * source.channels];
}

/** How the source is read; distances in elements, in the copy or in place. */
export interface SourcePlan {
  /** Whether windows reach over the edge, or the pixels' channels are not neighbours, so that strips are copied. */
  readonly copies: boolean;
  /** Source position of the first pixel that the first result reads. */
  readonly top: number;
  readonly left: number;
  /** Rows and columns that a strip reads. */
  readonly height: number;
  readonly width: number;
  readonly imageStride: number;
  readonly rowStride: number;
  readonly pixelStride: number;
  /** Where runs of neighbouring elements under the kernel begin, relative to a result's first pixel, and how long they are. */
  readonly offsets: readonly number[];
  readonly segmentLength: number;
}

export function planSource({ rows, columns, source }: Pick<Correlation, "rows" | "columns" | "source">, widest: Strip): SourcePlan {
  const { channels } = source;
  const [top, bottom] = reach(rows);
  const [left, right] = reach(columns);
  const copies = top < 0 || left < 0 || bottom > rows.source || right > columns.source || source.pixelStride !== channels;
  const height = reach({ ...rows, results: widest.rows })[1] - top;
  const width = right - left;
  const pixelStride = copies ? channels : source.pixelStride;
  const rowStride = (copies ? width : columns.source) * pixelStride;
  const imageStride = (copies ? height : rows.source) * rowStride;
  const [count, segmentLength] = segmentsOf({ rows, columns, source });
  const firsts = columns.taps.slice(0, count / Math.max(1, rows.taps.length));
  const offsets = rows.taps.flatMap((row) => firsts.map((column) => (row.offset - top) * rowStride + (column.offset - left) * pixelStride));
  return { copies, top, left, height, width, imageStride, rowStride, pixelStride, offsets, segmentLength };
}

/** Copies what a strip reads, with zeros around it. */
export function copyStrip(
  { exports }: KernelCalls,
  correlation: Pick<Correlation, "rows" | "columns" | "source">,
  plan: SourcePlan,
  strip: Strip,
  copy: number,
): void {
  const { rows, columns, source } = correlation;
  const { channels, pixelStride } = source;
  const firstRow = strip.row * rows.step + plan.top;
  const [rowStart, rowEnd] = overlap(firstRow, plan.height, rows.source);
  const [columnStart, columnEnd] = overlap(plan.left, plan.width, columns.source);
  exports.fillZero(copy, strip.images * plan.imageStride * elementBytes);
  // Where pixels are neighbours, rows of them are the rows of a matrix; otherwise each row is one.
  const whole = pixelStride === channels;
  const [height, width] = [rowEnd - rowStart, columnEnd - columnStart];
  for (let image = 0; image < strip.images; image += 1) {
    for (let row = rowStart; row < rowEnd; row += whole ? height : 1) {
      const sourceRow = (strip.image + image) * rows.source + firstRow + row;
      const from = (sourceRow * columns.source + plan.left + columnStart) * pixelStride;
      const to = image * plan.imageStride + row * plan.rowStride + columnStart * channels;
      exports.copyStrided(
        source.pointer + from * elementBytes,
        (whole ? columns.source : 1) * pixelStride * elementBytes,
        elementBytes,
        copy + to * elementBytes,
        (whole ? plan.rowStride : channels) * elementBytes,
        whole ? height : width,
        whole ? width * channels : channels,
      );
    }
  }
}

/** Packs the whole filter. */
export function packFilter(context: KernelContext, correlation: Correlation, panels: number): void {
  const { rows, columns, source, result } = correlation;
  const taps = rows.taps.length * columns.taps.length;
  const depth = taps * source.channels;
  const packed = Math.ceil(result.channels / tileColumns / pieces) * tileColumns;
  context.parallel(Math.ceil(result.channels / packed), (depth * result.channels) / copySpeed, (calls, piece) => {
    const channel = piece * packed;
    const to = panels + (channel / tileColumns) * depth * panelStep;
    packSome(calls, correlation, channel, Math.min(packed, result.channels - channel), 0, taps, to);
  });
}

/** Packs some columns of the filter at some taps, which are counted as the segments meet them. */
function packSome(
  calls: KernelCalls,
  { rows, columns, source, filter }: Correlation,
  channel: number,
  channels: number,
  first: number,
  taps: number,
  panels: number,
): void {
  for (let i = 0; i < taps; i += 1) {
    const [row, column] = [Math.floor((first + i) / columns.taps.length), (first + i) % columns.taps.length];
    const place = rows.taps[row]!.index * filter.tapsPerRow + columns.taps[column]!.index;
    const pointer = filter.pointer + (place * filter.tapStride + channel * filter.columnStride) * elementBytes;
    const matrix = { pointer, rowStride: filter.depthStride, columnStride: filter.columnStride };
    const panelBytes = source.channels * panelStep;
    packPanels(calls, matrix, source.channels, channels, panels + i * panelBytes, taps * panelBytes);
  }
}

/** Writes the offset of each pixel of a strip in bytes, images outermost; distances in elements. */
export function fillTable(
  { exports }: KernelCalls,
  table: number,
  { images, rows }: Strip,
  columns: number,
  [image, row, pixel]: readonly [image: number, row: number, pixel: number],
): void {
  for (let i = 0; i < images; i += 1) {
    for (let r = 0; r < rows; r += 1) {
      const entry = table + (i * rows + r) * columns * elementBytes;
      exports.fillSequence(entry, (i * image + r * row) * elementBytes, pixel * elementBytes, columns);
    }
  }
}

/** The part of `count` places from `first` on that lies within a source of the given extent, as places. */
export function overlap(first: number, count: number, extent: number): readonly [start: number, end: number] {
  const start = Math.min(count, Math.max(0, -first));
  return [start, Math.max(start, Math.min(count, extent - first))];
}
