// Minimal filtering of images: the forward convolution and the input gradient, 3×3 with stride 1.
//
// A strip of tiles is mapped to 36 matrices [tiles, channels], one for each point; see `winograd-maps.ts`. Each is
// multiplied with the mapped filter's matrix of that point, and the products are mapped back.

import { type BlockDone, elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type ConvolutionCall, type Strip, stripsOf } from "./convolution.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch } from "./scratch.ts";
import { edgeTileBytes, panelStep, tileColumns } from "./tile.ts";
import { type Direction, type Extents, extentsOf } from "./winograd-choice.ts";
import { matrices, points, taps, tileExtent } from "./winograd-maps.ts";
import { mapTiles, matrixStride, readTiles, tileImages, tileRowsOf } from "./winograd-strips.ts";

/** Tiles per strip: with the usual numbers of channels its matrices stay in the second-level cache. */
const stripTiles = 64;
/** Where there are few strips, pieces are made of channels, too, though each then maps the strip anew. */
const [fewStrips, pieceChannels] = [8, 64];
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
  const strips = stripsOf(batch, images.rows.results, rowTiles, stripTiles);
  const tilesOf = ({ images, rows }: Strip): number => images * rows * rowTiles;
  const widest = tilesOf(strips[0]!);
  const together = strips.length < fewStrips ? pieceChannels : channels;
  const filterStride = matrixStride(packedBytes(depth, channels));
  const [filter] = carveScratch(context, matrices * filterStride);
  mapFilter(context, call, direction, filter, filterStride);

  const convolve = (calls: KernelCalls, strip: Strip, channel: number): void => {
    const { exports } = calls;
    const tiles = tilesOf(strip);
    const count = channels - channel < 2 * together ? channels - channel : together;
    const [depthBytes, countBytes, pixelBytes] = [depth * elementBytes, count * elementBytes, channels * elementBytes];
    const [inputStride, productStride] = [matrixStride(widest * depthBytes), matrixStride(widest * countBytes)];
    const [copy, inputs, products, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
      calls,
      images.copyBytes,
      matrices * inputStride,
      matrices * productStride,
      widest * elementBytes,
      widest * elementBytes,
      elementBytes,
      edgeTileBytes,
    );
    const tileRows = tileRowsOf(strip);
    for (const [i, tileRow] of tileRows.entries()) {
      const to = inputs + i * rowTiles * depthBytes;
      mapTiles(exports.winogradInput, images, readTiles(calls, images, tileRow, copy), depth, to, depthBytes, inputStride);
    }

    exports.fillSequence(rowTable, 0, depthBytes, tiles);
    exports.fillSequence(resultTable, 0, countBytes, tiles);
    exports.fillSequence(segmentTable, 0, 0, 1);
    for (let matrix = 0; matrix < matrices; matrix += 1) {
      exports.tileProduct(
        rowTable,
        tiles,
        segmentTable,
        1,
        depth,
        inputs + matrix * inputStride,
        filter + matrix * filterStride + (channel / tileColumns) * depth * panelStep,
        depth * panelStep,
        count,
        resultTable,
        products + matrix * productStride,
        0,
        edgeTile,
      );
    }

    for (const [i, { image, row }] of tileRows.entries()) {
      const top = row * tileExtent;
      exports.winogradResult(
        products + i * rowTiles * countBytes,
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
    const last = strip.image + strip.images - 1;
    const end = Math.min(height, (strip.row + strip.rows) * tileExtent);
    done?.((strip.image * height + strip.row * tileExtent) * width, (last * height + end) * width, channel, channel + count);
  };

  // The last part is the largest: there is a vector of channels in each.
  const parts = Math.max(1, Math.floor(channels / together));
  const multiplyAdds = batch * images.rows.results * rowTiles * matrices * depth * channels;
  context.parallel(strips.length * parts, multiplyAdds / speed, (calls, index) =>
    convolve(calls, strips[Math.floor(index / parts)]!, (index % parts) * together),
  );
}

/** The filter's matrices [depth, channels] at all points, packed; backward, of the filter that is flipped and transposed. */
function mapFilter(context: KernelContext, call: ConvolutionCall, direction: Direction, target: number, stride: number): void {
  const { inputChannels, outputChannels, filter } = call;
  const forward = direction === "forward";
  const [depth, channels] = forward ? [inputChannels, outputChannels] : [outputChannels, inputChannels];
  const [rowStride, columnStride] = forward ? [outputChannels, 1] : [1, outputChannels];
  const panelBytes = depth * panelStep;
  const last = taps * taps - 1;
  context.parallel(Math.ceil(channels / tileColumns), 10 * depth * channels, (calls, panel) => {
    const [packed] = carveScratch(calls, (last + 1) * panelBytes);
    const column = panel * tileColumns;
    for (let place = 0; place <= last; place += 1) {
      const tap = (forward ? place : last - place) * inputChannels * outputChannels;
      const matrix = { pointer: filter + (tap + column * columnStride) * elementBytes, rowStride, columnStride };
      packPanels(calls, matrix, depth, Math.min(tileColumns, channels - column), packed + place * panelBytes, panelBytes);
    }
    // Packed taps are mapped as they lie: all of a panel is one tile.
    const to = target + panel * panelBytes;
    calls.exports.winogradFilter(packed, 0, taps * panelBytes, panelBytes, to, 0, points * stride, stride, 1, depth * tileColumns);
  });
}
