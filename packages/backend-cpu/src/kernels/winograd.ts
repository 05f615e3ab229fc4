// Minimal filtering of images: the forward convolution and the input gradient, 3×3 with stride 1.
//
// Tiles are mapped to 36 matrices [tiles, channels], one for each point; see `winograd-maps.ts`. Each is multiplied with
// the mapped filter's matrix of that point, and the products are mapped back. What is mapped is several times larger
// than what it was made of, so the smaller of both is mapped once, for all, and the larger one a part at a time.

import { type BlockDone, elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type ConvolutionCall, type Strip, stripsOf } from "./convolution.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch } from "./scratch.ts";
import { edgeTileBytes, panelStep, productOfTiles, tileColumns } from "./tile.ts";
import { type Direction, type Extents, extentsOf } from "./winograd-choice.ts";
import { matrices, points, taps, tileExtent } from "./winograd-maps.ts";
import { mapTiles, matrixStride, readTiles, tileImages, tileRowsOf } from "./winograd-strips.ts";

/** Into so many pieces work is cut, about. */
const pieces = 16;
/** Tiles of a strip: with the usual numbers of channels its matrices stay in the second-level cache. */
const [fewestTiles, mostTiles] = [12, 64];
/** Numbers of products, about: they stay in that cache, too. */
const productNumbers = 150_000;
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
  const rows = images.rows.results;
  const rowTiles = images.columns.results;
  const tiles = batch * rows * rowTiles;
  // With few tiles these are mapped first, else the filter.
  const few = 2 * tiles < channels;
  const strips = stripsOf(batch, rows, rowTiles, few ? tiles : Math.max(fewestTiles, Math.min(mostTiles, tiles / pieces)));
  const widest = strips[0]!.images * strips[0]!.rows * rowTiles;
  const parts = partsOf(channels, few ? 0 : productNumbers / matrices / widest);
  const most = Math.max(...parts.map(([, count]) => count));
  const panels = few ? most : channels;
  const [depthBytes, pixelBytes, panelBytes] = [depth * elementBytes, channels * elementBytes, depth * panelStep];
  const [inputStride, filterStride] = [matrixStride(widest * depthBytes), matrixStride(packedBytes(depth, panels))];
  const [inputsBytes, filterBytes, tapsBytes] = [matrices * inputStride, matrices * filterStride, taps * taps * packedBytes(depth, panels)];
  const [shared] = carveScratch(context, few ? inputsBytes : filterBytes);

  /** Maps a row of tiles to rows of the matrices, from one on. */
  const mapRow = (calls: KernelCalls, tileRow: Strip, copy: number, inputs: number, row: number): void => {
    const to = inputs + row * rowTiles * depthBytes;
    mapTiles(calls.exports.winogradInput, images, readTiles(calls, images, tileRow, copy), depth, to, depthBytes, inputStride);
  };
  const mapFilter = (calls: KernelCalls, [channel, count]: Part, packed: number, to: number): void => {
    packTaps(calls, call, forward, channel, count, packed);
    // Packed taps are mapped as they lie: all of the panels are one tile.
    const length = Math.ceil(count / tileColumns) * panelBytes;
    calls.exports.winogradFilter(packed, 0, taps * length, length, to, 0, points * filterStride, filterStride, 1, length / elementBytes);
  };
  const tileRows = tileRowsOf({ image: 0, images: batch, row: 0, rows });
  const filterParts = few ? parts : partsOf(channels, channels / pieces);
  if (few) {
    context.parallel(tileRows.length, 20 * tiles * depth, (calls, row) => {
      mapRow(calls, tileRows[row]!, carveScratch(calls, images.copyBytes)[0], shared, row);
    });
  } else {
    context.parallel(filterParts.length, 10 * depth * channels, (calls, index) => {
      const part = filterParts[index]!;
      mapFilter(calls, part, carveScratch(calls, tapsBytes)[0], shared + (part[0] / tileColumns) * panelBytes);
    });
  }

  /** Multiplies mapped rows of tiles with a mapped part of the filter, and writes the results. */
  const multiply = (
    calls: KernelCalls,
    tileRows: readonly Strip[],
    [channel, count]: Part,
    inputs: number,
    filter: number,
    room: Room,
  ): void => {
    const { exports } = calls;
    const [products, rowTable, resultTable, segmentTable, edgeTile] = room;
    const tiles = tileRows.length * rowTiles;
    const countBytes = count * elementBytes;
    const stride = matrixStride(tiles * countBytes);
    exports.fillSequence(rowTable, 0, depthBytes, tiles);
    exports.fillSequence(resultTable, 0, countBytes, tiles);
    exports.fillSequence(segmentTable, 0, 0, 1);
    for (let matrix = 0; matrix < matrices; matrix += 1) {
      const [left, right] = [inputs + matrix * inputStride, filter + matrix * filterStride];
      const to = products + matrix * stride;
      productOfTiles(exports, tiles, count)(
        rowTable,
        tiles,
        segmentTable,
        1,
        depth,
        left,
        right,
        panelBytes,
        count,
        resultTable,
        to,
        0,
        edgeTile,
      );
    }
    for (const [i, { image, row }] of tileRows.entries()) {
      const top = row * tileExtent;
      const from = products + i * rowTiles * countBytes;
      const to = target + (image * height + top) * width * pixelBytes + channel * elementBytes;
      const rowBytes = width * pixelBytes;
      const [tileBytes, lines] = [tileExtent * pixelBytes, height - top];
      exports.winogradResult(from, countBytes, points * stride, stride, to, tileBytes, rowBytes, pixelBytes, rowTiles, count, lines, width);
    }
  };

  context.parallel(few ? parts.length : strips.length, (tiles * matrices * depth * channels) / speed, (calls, piece) => {
    const strip = strips[few ? 0 : piece]!;
    const tileRows = tileRowsOf(strip);
    const ownParts = few ? [parts[piece]!] : parts;
    const tables = widest * elementBytes;
    const [own, copy, ...room] = carveScratch(
      calls,
      few ? filterBytes : inputsBytes,
      few ? tapsBytes : images.copyBytes,
      matrices * matrixStride(widest * most * elementBytes),
      tables,
      tables,
      elementBytes,
      edgeTileBytes,
    );
    if (!few) for (const [row, tileRow] of tileRows.entries()) mapRow(calls, tileRow, copy, own, row);
    for (const part of ownParts) {
      if (few) mapFilter(calls, part, copy, own);
      const filter = few ? own : shared + (part[0] / tileColumns) * panelBytes;
      multiply(calls, tileRows, part, few ? shared : own, filter, room);
    }
    const [from, to] = few ? ownParts[0]! : [0, channels];
    const last = strip.image + strip.images - 1;
    const end = Math.min(height, (strip.row + strip.rows) * tileExtent);
    done?.((strip.image * height + strip.row * tileExtent) * width, (last * height + end) * width, from, from + to);
  });
}

type Part = readonly [channel: number, count: number];
type Room = readonly [products: number, rowTable: number, resultTable: number, segmentTable: number, edgeTile: number];

/** Cuts channels into pairs of panels, which share cache lines, `width` or one pair together; the last part is larger rather than less than a vector. */
function partsOf(channels: number, width: number): Part[] {
  const step = Math.max(1, Math.floor(width / (2 * tileColumns))) * 2 * tileColumns;
  const count = Math.ceil((channels - 3) / step);
  return Array.from({ length: count }, (_, i) => [i * step, i === count - 1 ? channels - i * step : step]);
}

/** Packs some channels of all taps; backward, of those of the filter that is flipped and transposed. */
function packTaps(calls: KernelCalls, call: ConvolutionCall, forward: boolean, channel: number, count: number, packed: number): void {
  const { inputChannels, outputChannels, filter } = call;
  const [depth, rowStride, columnStride] = forward ? [inputChannels, outputChannels, 1] : [outputChannels, 1, outputChannels];
  const last = taps * taps - 1;
  for (let place = 0; place <= last; place += 1) {
    const tap = (forward ? place : last - place) * inputChannels * outputChannels;
    const matrix = { pointer: filter + (tap + channel * columnStride) * elementBytes, rowStride, columnStride };
    packPanels(calls, matrix, depth, count, packed + place * packedBytes(depth, count), depth * panelStep);
  }
}
