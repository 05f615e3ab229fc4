// The one engine behind the forward convolution and the input gradient: sums of taps times filter blocks.
//
// The source is read through pointers, one per result (see `tile.ts`), a strip of results at a time, so that
// what a strip needs stays in the second-level cache. `source-plan.ts` says how the source is read.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { type Strip, stripsOf, type Windows } from "./convolution.ts";
import { packedBytes } from "./pack.ts";
import { carveScratch } from "./scratch.ts";
import { copyStrip, fillPixelTable, planSource, type SourcePlan, stripStart } from "./source-plan.ts";
import { edgeTileBytes, panelStep, prepareEdgeTile } from "./tile.ts";

/** Results per strip, a compromise: tables and copies stay small, filter panels are reused often. */
const stripResults = 2048;
/** Depth of a block of packed filter: with six rows of the source it fits the first-level cache. */
const blockDepth = 600;

export interface Correlation {
  readonly batch: number;
  readonly rows: Windows;
  readonly columns: Windows;
  readonly source: ChannelSlice;
  /** Element (tap, source channel, result channel) = tap·tapStride + channel·depthStride + channel·columnStride. */
  readonly filter: {
    readonly pointer: number;
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
  readonly done?: BlockDone;
}

/** Some neighbouring channels of images whose pixels are `pixelStride` elements apart. */
export interface ChannelSlice {
  readonly pointer: number;
  readonly channels: number;
  readonly pixelStride: number;
}

/** Where the rows of the product are found: the arguments of `tileProduct` that name them. */
interface RowSource {
  readonly rowTable: number;
  readonly segmentTable: number;
  readonly segments: number;
  readonly length: number;
  readonly offset: number;
}

/** The intermediate data of one call, in scratch. */
interface Workspace {
  readonly plan: SourcePlan;
  readonly depth: number;
  readonly panels: number;
  readonly rowTable: number;
  readonly resultTable: number;
  readonly segmentTable: number;
  readonly edgeTile: number;
  readonly copy: number;
  readonly patches: number;
  readonly patchTable: number;
}

/** Results = Σ over taps and source channels of source · filter. */
export function correlate(context: KernelContext, correlation: Correlation): void {
  const { batch, rows, columns, result, done } = correlation;
  if (batch * rows.results * columns.results * result.channels === 0) return;
  const strips = stripsOf(batch, rows.results, columns.results, stripResults);
  const workspace = prepare(context, correlation, strips[0] as Strip);
  for (const strip of strips) {
    const count = strip.images * strip.rows * columns.results;
    const first = strip.image * result.imageStride + strip.row * result.rowStride;
    for (const block of depthBlocks(readStrip(context, correlation, workspace, strip, count))) {
      context.exports.tileProduct(
        block.source.rowTable,
        count,
        block.source.segmentTable,
        block.source.segments,
        block.source.length,
        block.source.offset,
        workspace.panels + block.depth * panelStep,
        workspace.depth * panelStep,
        result.channels,
        workspace.resultTable,
        result.pointer + first * elementBytes,
        Number(block.depth > 0),
        workspace.edgeTile,
      );
    }
    const row = (strip.image * rows.results + strip.row) * columns.results;
    done?.(row, row + count, 0, result.channels);
  }
}

/** Reserves scratch for the widest strip, packs the filter, and writes the tables that all strips share. */
function prepare(context: KernelContext, correlation: Correlation, widest: Strip): Workspace {
  const { exports } = context;
  const { rows, columns, result } = correlation;
  const count = widest.images * widest.rows * columns.results;
  const plan = planSource(correlation, widest);
  const depth = plan.segmentOffsets.length * plan.segmentLength;
  const [panels, rowTable, resultTable, patchTable, segmentTable, edgeTile, copy, patches] = carveScratch(
    context,
    packedBytes(depth, result.channels),
    count * elementBytes,
    count * elementBytes,
    count * elementBytes,
    (plan.segmentOffsets.length + 1) * elementBytes,
    edgeTileBytes,
    plan.copyBytes,
    plan.patchBytes,
  );
  packFilter(context, correlation, panels, depth);
  prepareEdgeTile(exports, edgeTile);
  if (plan.copies) exports.fillZero(copy, plan.copyBytes);
  const sourceDistances = [plan.imageBytes, rows.step * plan.rowBytes, columns.step * plan.pixelBytes] as const;
  fillPixelTable(context, rowTable, widest, columns.results, sourceDistances);
  const [image, row, pixel] = [result.imageStride, result.rowStride, result.pixelStride];
  const resultDistances = [image * elementBytes, row * elementBytes, pixel * elementBytes] as const;
  fillPixelTable(context, resultTable, widest, columns.results, resultDistances);
  exports.fillSequence(patchTable, patches, depth * elementBytes, count);
  // One more entry of 0 behind the segments, the only segment of gathered rows.
  for (const [index, offset] of [...plan.segmentOffsets, 0].entries()) {
    exports.fillSequence(segmentTable + index * elementBytes, offset, 0, 1);
  }
  return { plan, depth, panels, rowTable, resultTable, segmentTable, edgeTile, copy, patches, patchTable };
}

/** Copies what must be copied of a strip, and says where the rows of the product are. */
function readStrip(context: KernelContext, correlation: Correlation, workspace: Workspace, strip: Strip, count: number): RowSource {
  const { plan, depth, rowTable, segmentTable, copy, patches, patchTable } = workspace;
  const segments = plan.segmentOffsets.length;
  const length = plan.segmentLength;
  if (plan.copies) copyStrip(context, correlation, plan, strip, copy);
  const offset = plan.copies ? copy : stripStart(correlation, plan, strip);
  if (!plan.gathers) return { rowTable, segmentTable, segments, length, offset };
  context.exports.gatherPatches(rowTable, count, segmentTable, segments, length, offset, patches);
  const zeroOffset = segmentTable + segments * elementBytes;
  return { rowTable: patchTable, segmentTable: zeroOffset, segments: 1, length: depth, offset: 0 };
}

/** Packs the filter in the order in which the segments meet its taps. */
function packFilter(context: KernelContext, correlation: Correlation, panels: number, depth: number): void {
  const { rows, columns, source, filter, result } = correlation;
  for (const [y, rowTap] of rows.taps.entries()) {
    for (const [x, columnTap] of columns.taps.entries()) {
      const tap = rowTap.index * filter.tapsPerRow + columnTap.index;
      context.exports.packPanels(
        filter.pointer + tap * filter.tapStride * elementBytes,
        filter.depthStride * elementBytes,
        filter.columnStride * elementBytes,
        source.channels,
        result.channels,
        panels + (y * columns.taps.length + x) * source.channels * panelStep,
        depth * panelStep,
      );
    }
  }
}

/** Cuts the depth into blocks: several segments each, or parts of one. Without depth, one empty block. */
function depthBlocks(source: RowSource): { readonly depth: number; readonly source: RowSource }[] {
  const { segmentTable, segments, length, offset } = source;
  if (segments * length <= blockDepth) return [{ depth: 0, source }];
  const blocks: { depth: number; source: RowSource }[] = [];
  if (length <= blockDepth) {
    const count = Math.ceil(segments / Math.floor(blockDepth / length));
    const together = Math.ceil(segments / count);
    for (let first = 0; first < segments; first += together) {
      const block = { segmentTable: segmentTable + first * elementBytes, segments: Math.min(together, segments - first) };
      blocks.push({ depth: first * length, source: { ...source, ...block } });
    }
    return blocks;
  }
  const together = Math.ceil(length / Math.ceil(length / blockDepth));
  for (let segment = 0; segment < segments; segment += 1) {
    for (let element = 0; element < length; element += together) {
      const block = {
        segmentTable: segmentTable + segment * elementBytes,
        segments: 1,
        length: Math.min(together, length - element),
        offset: offset + element * elementBytes,
      };
      blocks.push({ depth: segment * length + element, source: { ...source, ...block } });
    }
  }
  return blocks;
}
