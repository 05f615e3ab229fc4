// Minimal filtering of images: the forward convolution and the input gradient, 3×3 with stride 1.
//
// A strip of tiles is mapped to 36 matrices [tiles, channels], one for each point; see `winograd-maps.ts`. Each is
// multiplied with the mapped filter's matrix of that point, and the products are mapped back.

import { type BlockDone, elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import type { ConvolutionCall } from "./convolution.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch } from "./scratch.ts";
import { edgeTileBytes, panelStep, tileColumns } from "./tile.ts";
import { type Direction, type Extents, extentsOf } from "./winograd-choice.ts";
import { matrices, points, taps, tileExtent } from "./winograd-maps.ts";
import { eachTileRow, mapStrip, matrixStride, readStrip, tileImages, tilesOf } from "./winograd-strips.ts";

/** Tiles per strip: with the usual numbers of channels its matrices stay in the second-level cache. */
const stripTiles = 64;
/** Where there are few strips, pieces are made of channels, too, though each then maps the strip anew. */
const [fewStrips, pieceChannels] = [8, 128];
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
  const images = tileImages({ pointer: source, batch, channels: depth }, axes, points, stripTiles);
  const { strips, copyBytes } = images;
  const widest = tilesOf(images, strips[0]!);
  const together = strips.length < fewStrips ? pieceChannels : channels;
  const filterStride = matrixStride(packedBytes(depth, channels));
  const [filter] = carveScratch(context, matrices * filterStride);
  mapFilter(context, call, direction, filter, filterStride);

  const convolveStrip = (calls: KernelCalls, stripIndex: number, channel: number): void => {
    const { exports } = calls;
    const strip = strips[stripIndex]!;
    const tiles = tilesOf(images, strip);
    const count = Math.min(together, channels - channel);
    const inputStride = matrixStride(widest * depth * elementBytes);
    const productStride = matrixStride(widest * together * elementBytes);
    const [copy, inputs, products, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
      calls,
      copyBytes,
      matrices * inputStride,
      matrices * productStride,
      widest * elementBytes,
      widest * elementBytes,
      elementBytes,
      edgeTileBytes,
    );
    const first = readStrip(calls, images, strip, copy);
    const mapped = { pointer: inputs, tileStride: depth * elementBytes, matrixStride: inputStride };
    mapStrip(images, strip, exports.winogradInput, { pointer: first, channels: depth }, mapped);

    exports.fillSequence(rowTable, 0, depth * elementBytes, tiles);
    exports.fillSequence(resultTable, 0, count * elementBytes, tiles);
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

    const pixelBytes = channels * elementBytes;
    eachTileRow(images, strip, (image, row, tile) => {
      const top = (strip.row + row) * tileExtent;
      exports.winogradResult(
        products + tile * count * elementBytes,
        count * elementBytes,
        points * productStride,
        productStride,
        target + ((strip.image + image) * height + top) * width * pixelBytes + channel * elementBytes,
        tileExtent * pixelBytes,
        width * pixelBytes,
        pixelBytes,
        images.columns.results,
        count,
        height - top,
        width,
      );
    });
  };

  const parts = Math.ceil(channels / together);
  const products = strips.reduce((sum, strip) => sum + tilesOf(images, strip), 0) * matrices * depth * channels;
  context.parallel(strips.length * parts, products / speed, (calls, index) =>
    convolveStrip(calls, Math.floor(index / parts), (index % parts) * together),
  );
  for (const { image, images, row, rows } of done ? strips : []) {
    const end = Math.min(height, (row + rows) * tileExtent);
    done?.((image * height + row * tileExtent) * width, ((image + images - 1) * height + end) * width, 0, channels);
  }
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
