// Minimal filtering of images: the forward convolution and the input gradient, 3×3 with stride 1.
//
// Tiles are mapped to 36 matrices [tiles, channels], one for each point; see `winograd-maps.ts`. Each is multiplied with
// the mapped filter's matrix of that point, and the products are mapped back. What is mapped is several times larger
// than what it was made of, so the smaller of both is mapped once, for all, and the larger one a part at a time.

import type { BlockDone, KernelContext } from "./context.ts";
import { type ConvolutionCall, stripsOf } from "./convolution.ts";
import { carveScratch } from "./scratch.ts";
import { tileColumns } from "./tile.ts";
import { type Direction, type Extents, extentsOf } from "./winograd-choice.ts";
import { matrices, points, tileExtent } from "./winograd-maps.ts";
import {
  type Filtering,
  filterStride,
  inputStride,
  mapFilter,
  mapInputs,
  packedTapsBytes,
  productSizes,
  writeProducts,
} from "./winograd-steps.ts";
import { tileImages, tileRowsOf } from "./winograd-strips.ts";

/** Into so many pieces work is cut at least, if it is large enough. */
const pieces = 16;
/** Tiles of a strip: with the usual numbers of channels its matrices stay in the second-level cache. */
const [fewestTiles, mostTiles] = [12, 64];
/** Numbers of a mapped filter's part, and of products: they stay in that cache, too. */
const partNumbers = 150_000;
/** Multiply-adds a nanosecond. */
const speed = 20;

/** The work of `convolutionForward` or `convolutionInputGradient`, for what `suitsWinograd`. */
export function winogradConvolution(context: KernelContext, call: ConvolutionCall, direction: Direction, done?: BlockDone): void {
  const forward = direction === "forward";
  const { batch, inputChannels, outputChannels, image, result } = call;
  const [depth, channels] = forward ? [inputChannels, outputChannels] : [outputChannels, inputChannels];
  const [source, target] = forward ? [image, result] : [result, image];
  const axes = call.axes.map((axis) => extentsOf(axis, direction)) as [Extents, Extents];
  const [height, width] = [axes[0].results, axes[1].results];
  const images = tileImages(source, depth, axes, points);
  const rowTiles = images.columns.results;
  const filtering = { filter: call.filter, forward, depth, channels, images, batch, height, width, rowTiles, target, done };
  (2 * batch * images.rows.results * rowTiles < channels ? byChannels : byStrips)(context, filtering);
}

/** Where there are many tiles, the whole filter is mapped first. */
function byStrips(context: KernelContext, filtering: Filtering): void {
  const { depth, channels, images, batch, rowTiles } = filtering;
  const total = batch * images.rows.results * rowTiles;
  const strips = stripsOf(batch, images.rows.results, rowTiles, Math.max(fewestTiles, Math.min(mostTiles, Math.ceil(total / pieces))));
  const widest = strips[0]!.images * strips[0]!.rows * rowTiles;
  const [stride, sourceStride] = [filterStride(depth, channels), inputStride(widest, depth)];
  const [filter] = carveScratch(context, matrices * stride);
  const ofFilter = partsOf(0, channels, channels / pieces);
  context.parallel(ofFilter.length, 10 * depth * channels, (calls, piece) => {
    const part = ofFilter[piece]!;
    const [packed] = carveScratch(calls, packedTapsBytes(depth, part.count));
    mapFilter(calls, filtering, part, packed, { target: filter, first: part.channel / tileColumns, stride });
  });
  const parts = partsOf(0, channels, partNumbers / (matrices * widest));
  context.parallel(strips.length, (total * matrices * depth * channels) / speed, (calls, index) => {
    const tileRows = tileRowsOf(strips[index]!);
    const [copy, inputs, ...room] = carveScratch(
      calls,
      images.copyBytes,
      matrices * sourceStride,
      ...productSizes(widest, Math.max(...parts.map(({ count }) => count))),
    );
    for (const [i, tileRow] of tileRows.entries())
      mapInputs(calls, filtering, tileRow, copy, { target: inputs, first: i * rowTiles, stride: sourceStride });
    for (const { channel, count } of parts) {
      const operands = { inputs, inputStride: sourceStride, filter, filterStride: stride, first: channel / tileColumns };
      writeProducts(calls, filtering, { tileRows, channel, count }, operands, room);
    }
    tellDone(filtering, tileRows, 0, channels);
  });
}

/** Where there are few tiles, all of them are mapped first. */
function byChannels(context: KernelContext, filtering: Filtering): void {
  const { depth, channels, images, batch, rowTiles } = filtering;
  const tileRows = tileRowsOf({ image: 0, images: batch, row: 0, rows: images.rows.results });
  const tiles = tileRows.length * rowTiles;
  const sourceStride = inputStride(tiles, depth);
  const [inputs] = carveScratch(context, matrices * sourceStride);
  context.parallel(tileRows.length, 20 * tiles * depth, (calls, row) => {
    const [copy] = carveScratch(calls, images.copyBytes);
    mapInputs(calls, filtering, tileRows[row]!, copy, { target: inputs, first: row * rowTiles, stride: sourceStride });
  });
  const ofPieces = partsOf(0, channels, channels / pieces);
  context.parallel(ofPieces.length, (channels * depth * matrices * tiles) / speed + 10 * depth * channels, (calls, piece) => {
    const { channel: begin, count: all } = ofPieces[piece]!;
    const parts = partsOf(begin, begin + all, partNumbers / (matrices * depth));
    const most = Math.max(...parts.map(({ count }) => count));
    const stride = filterStride(depth, most);
    const [packed, filter, ...room] = carveScratch(calls, packedTapsBytes(depth, most), matrices * stride, ...productSizes(tiles, most));
    for (const { channel, count } of parts) {
      mapFilter(calls, filtering, { channel, count }, packed, { target: filter, first: 0, stride });
      writeProducts(
        calls,
        filtering,
        { tileRows, channel, count },
        { inputs, inputStride: sourceStride, filter, filterStride: stride, first: 0 },
        room,
      );
    }
    tellDone(filtering, tileRows, begin, begin + all);
  });
}

/** Cuts channels into pairs of panels, which share cache lines, about `width` together; the last part is larger rather than less than a vector. */
function partsOf(begin: number, end: number, width: number): { readonly channel: number; readonly count: number }[] {
  const step = Math.max(1, Math.floor(width / (2 * tileColumns))) * 2 * tileColumns;
  const count = Math.ceil((end - begin - 3) / step);
  return Array.from({ length: count }, (_, i) => {
    const channel = begin + i * step;
    return { channel, count: i === count - 1 ? end - channel : step };
  });
}

/** Consecutive rows of tiles are final for some channels. */
function tellDone({ height, width, done }: Filtering, tileRows: ReturnType<typeof tileRowsOf>, channel: number, end: number): void {
  const place = ({ image, row }: { readonly image: number; readonly row: number }): number =>
    (image * height + Math.min(height, row * tileExtent)) * width;
  const last = tileRows.at(-1)!;
  done?.(place(tileRows[0]!), place({ image: last.image, row: last.row + 1 }), channel, end);
}
