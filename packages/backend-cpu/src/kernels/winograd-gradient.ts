// Minimal filtering's gradient with respect to the filter, 3×3 with stride 1.
//
// The products at a point are linear in the filter's value there, so the gradient of that value is a matrix product
// over all tiles: [channels, tiles] of mapped inputs times [tiles, channels] of mapped gradients. At the end all 36 are
// mapped to the taps. The maps are the transposed ones of the forward convolution; see `winograd-maps.ts`.

import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type ConvolutionCall, type Strip, stripsOf } from "./convolution.ts";
import { packedBytes } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { edgeTileBytes, panelStep, productOfTiles, tileColumns } from "./tile.ts";
import { transposeCopy } from "./transpose.ts";
import { type Extents, extentsOf } from "./winograd-choice.ts";
import { matrices, points, taps, tileExtent } from "./winograd-maps.ts";
import { mapTiles, matrixStride, readTiles, tileImages, tileRowsOf } from "./winograd-strips.ts";

/** Numbers that a strip is mapped to: they stay in the second-level cache. */
const stripNumbers = 2 ** 19;
const fewestTiles = 64;
/** Into so many pieces a strip's work is cut, about. */
const pieces = 12;
/** Multiply-adds a nanosecond. */
const speed = 20;

/** The work of `convolutionFilterGradient`, for what `suitsWinograd`. */
export function winogradFilterGradient(context: KernelContext, call: ConvolutionCall): void {
  const { batch, inputChannels, outputChannels, image, result, filter } = call;
  const axes = call.axes.map((axis) => extentsOf(axis, "forward")) as [Extents, Extents];
  const inputs = tileImages(image, inputChannels, axes, points);
  const outputs = axes.map(({ results }) => ({ source: results, results, first: 0 })) as [Extents, Extents];
  const gradients = tileImages(result, outputChannels, outputs, tileExtent);
  const rowTiles = inputs.columns.results;
  const stripTiles = Math.max(fewestTiles, stripNumbers / (matrices * (inputChannels + outputChannels)));
  const strips = stripsOf(batch, inputs.rows.results, rowTiles, stripTiles);
  const widest = strips[0]!.images * strips[0]!.rows * rowTiles;
  // One more than there are, see below.
  const panelTiles = widest + 1;
  const [inputBytes, outputBytes] = [inputChannels * elementBytes, outputChannels * elementBytes];
  const tapBytes = inputChannels * outputBytes;
  const [inputStride, gradientStride] = [matrixStride(widest * inputBytes), matrixStride(packedBytes(panelTiles, outputChannels))];
  const sumStride = matrixStride(tapBytes);
  const panelBytes = panelTiles * panelStep;
  const [mappedInputs, mappedGradients, sums] = carveScratch(
    context,
    matrices * inputStride,
    matrices * gradientStride,
    matrices * sumStride,
  );

  const mapRow = (calls: KernelCalls, tileRow: Strip, firstTile: number): void => {
    const { winogradInput, winogradResultGradient } = calls.exports;
    const [inputCopy, gradientCopy] = carveScratch(calls, inputs.copyBytes, gradients.copyBytes);
    const input = readTiles(calls, inputs, tileRow, inputCopy);
    mapTiles(winogradInput, inputs, input, inputChannels, mappedInputs + firstTile * inputBytes, inputBytes, inputStride);
    const gradient = readTiles(calls, gradients, tileRow, gradientCopy);
    for (let channel = 0; channel < outputChannels; channel += tileColumns) {
      const to = mappedGradients + (channel / tileColumns) * panelBytes + firstTile * panelStep;
      const count = Math.min(tileColumns, outputChannels - channel);
      // Where the last columns are no vector, it begins before them, at the unread end of the tile before.
      const early = Math.max(0, 4 - count);
      const [from, place] = [gradient + (channel - early) * elementBytes, to - early * elementBytes];
      mapTiles(winogradResultGradient, gradients, from, count + early, place, panelStep, gradientStride);
    }
  };

  const multiply = (calls: KernelCalls, matrix: number, tiles: number, accumulate: boolean): void => {
    const { exports } = calls;
    const rowStride = scratchRowStride(widest);
    const [transposed, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
      calls,
      rowStride * inputBytes,
      inputBytes,
      inputBytes,
      elementBytes,
      edgeTileBytes,
    );
    const source = { pointer: mappedInputs + matrix * inputStride, rowStride: 1, columnStride: inputChannels };
    transposeCopy(calls, { rows: inputChannels, columns: tiles, source, target: { pointer: transposed, rowStride } });
    exports.fillSequence(rowTable, transposed, rowStride * elementBytes, inputChannels);
    exports.fillSequence(resultTable, 0, outputBytes, inputChannels);
    exports.fillSequence(segmentTable, 0, 0, 1);
    productOfTiles(exports, inputChannels, outputChannels)(
      rowTable,
      inputChannels,
      segmentTable,
      1,
      tiles,
      0,
      mappedGradients + matrix * gradientStride,
      panelBytes,
      outputChannels,
      resultTable,
      sums + matrix * sumStride,
      Number(accumulate),
      edgeTile,
    );
  };

  /** Several works are one piece, where there are many. */
  const inParts = (count: number, nanoseconds: number, work: (calls: KernelCalls, index: number) => void): void => {
    const together = Math.ceil(count / pieces);
    context.parallel(Math.ceil(count / together), nanoseconds, (calls, piece) => {
      for (let index = piece * together; index < Math.min(count, (piece + 1) * together); index += 1) work(calls, index);
    });
  };

  for (const [index, strip] of strips.entries()) {
    const rows = tileRowsOf(strip);
    const tiles = rows.length * rowTiles;
    const nanoseconds = (tiles * matrices * inputChannels * outputChannels) / speed;
    inParts(rows.length, nanoseconds / 2, (calls, row) => mapRow(calls, rows[row]!, row * rowTiles));
    inParts(matrices, nanoseconds, (calls, matrix) => multiply(calls, matrix, tiles, index > 0));
  }
  context.parallel(inputChannels, 10 * inputChannels * outputChannels, ({ exports }, channel) => {
    const row = channel * outputBytes;
    const [from, to] = [sums + row, filter + row];
    exports.winogradFilterGradient(from, 0, points * sumStride, sumStride, to, 0, taps * tapBytes, tapBytes, 1, outputChannels);
  });
}
