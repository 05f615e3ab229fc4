// Minimal filtering of images: the forward convolution and the input gradient, 3×3 with stride 1.
//
// Tiles are mapped to 36 matrices [tiles, channels], one for each point; see `winograd-maps.ts`. Each is multiplied with
// the mapped filter's matrix of that point, and the products are mapped back. What is mapped is several times larger
// than what it was made of, so the smaller of both is mapped once, for all, and the larger one a part at a time.

import { type BlockDone, elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type ConvolutionCall, type Strip, stripsOf } from "./convolution.ts";
import { carveScratch } from "./scratch.ts";
import { edgeTileBytes, panelStep, productOfTiles, tileColumns } from "./tile.ts";
import { type Direction, type Extents, extentsOf } from "./winograd-choice.ts";
import { mapFilter, mapPart, mappedStride, type Part, partsOf, pieces, tapsBytes } from "./winograd-filter.ts";
import { matrices, points, tileExtent } from "./winograd-maps.ts";
import { mapTiles, matrixStride, readTiles, tileImages, tileRowsOf } from "./winograd-strips.ts";

/** Tiles of a strip: with the usual numbers of channels its matrices stay in the second-level cache. */
const [fewestTiles, mostTiles] = [12, 64];
/** Numbers of products, about: they stay in that cache, too. */
const productNumbers = 150_000;
/** Multiply-adds a nanosecond. */
const speed = 20;

/** The work of `convolutionForward` or `convolutionInputGradient`, for what `suitsWinograd`. */
export function winogradConvolution(context: KernelContext, call: ConvolutionCall, direction: Direction, done?: BlockDone): void {
  const forward = direction === "forward";
  const { batch, inputChannels, outputChannels, image, result, prepared: ahead } = call;
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
  const inputStride = matrixStride(widest * depthBytes);
  const inputsBytes = matrices * inputStride;
  const filterStride = mappedStride(depth, ahead === undefined ? panels : channels);
  const [shared] = carveScratch(context, few ? inputsBytes : ahead === undefined ? matrices * filterStride : 0);
  const whole = few ? ahead : (ahead ?? shared);

  /** Maps a row of tiles to rows of the matrices, from one on. */
  const mapRow = (calls: KernelCalls, tileRow: Strip, copy: number, inputs: number, row: number): void => {
    const to = inputs + row * rowTiles * depthBytes;
    mapTiles(calls.exports.winogradInput, images, readTiles(calls, images, tileRow, copy), depth, to, depthBytes, inputStride);
  };
  const tileRows = tileRowsOf({ image: 0, images: batch, row: 0, rows });
  if (few) {
    context.parallel(tileRows.length, 20 * tiles * depth, (calls, row) => {
      mapRow(calls, tileRows[row]!, carveScratch(calls, images.copyBytes)[0], shared, row);
    });
  } else if (ahead === undefined) mapFilter(context, call, direction, shared);

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
      !few ? inputsBytes : whole === undefined ? matrices * filterStride : 0,
      !few ? images.copyBytes : whole === undefined ? tapsBytes(depth, panels) : 0,
      matrices * matrixStride(widest * most * elementBytes),
      tables,
      tables,
      elementBytes,
      edgeTileBytes,
    );
    if (!few) for (const [row, tileRow] of tileRows.entries()) mapRow(calls, tileRow, copy, own, row);
    for (const part of ownParts) {
      if (whole === undefined) mapPart(calls, call, direction, part, copy, own, filterStride);
      const filter = whole === undefined ? own : whole + (part[0] / tileColumns) * panelBytes;
      multiply(calls, tileRows, part, few ? shared : own, filter, room);
    }
    const [from, to] = few ? ownParts[0]! : [0, channels];
    const last = strip.image + strip.images - 1;
    const end = Math.min(height, (strip.row + strip.rows) * tileExtent);
    done?.((strip.image * height + strip.row * tileExtent) * width, (last * height + end) * width, from, from + to);
  });
}

type Room = readonly [products: number, rowTable: number, resultTable: number, segmentTable: number, edgeTile: number];
