// Minimal filtering's gradient with respect to the filter, 3×3 with stride 1.
//
// The products at a point are linear in the filter's value there, so the gradient of that value is a matrix product
// over all tiles: [channels, tiles] of mapped inputs times [tiles, channels] of mapped gradients. At the end all 36 are
// mapped to the taps. The maps are the transposed ones of the forward convolution; see `winograd-maps.ts`.

import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import type { ConvolutionCall, Strip } from "./convolution.ts";
import { packedBytes } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { edgeTileBytes, panelStep, tileColumns } from "./tile.ts";
import { transposeCopy } from "./transpose.ts";
import { type Extents, extentsOf } from "./winograd-choice.ts";
import { matrices, points, taps, tileExtent } from "./winograd-maps.ts";
import { mapStrip, matrixStride, readStrip, type TiledImages, tileImages, tilesOf } from "./winograd-strips.ts";

/** Tiles of a strip, which is mapped as one piece. */
const stripTiles = 16;
/** Numbers that strips which are multiplied together are mapped to: they stay in the second-level cache. */
const roundNumbers = 2 ** 18;
const fewestTiles = 64;
/** Multiply-adds a nanosecond. */
const speed = 20;

/** The work of `convolutionFilterGradient`, for what `suitsWinograd`. */
export function winogradFilterGradient(context: KernelContext, call: ConvolutionCall): void {
  const { batch, inputChannels, outputChannels, image, result, filter } = call;
  const axes = call.axes.map((axis) => extentsOf(axis, "forward")) as [Extents, Extents];
  const outputs = axes.map(({ results }) => ({ source: results, results, first: 0 })) as [Extents, Extents];
  const inputTiles = tileImages({ pointer: image, batch, channels: inputChannels }, axes, points, stripTiles);
  const gradientTiles = tileImages({ pointer: result, batch, channels: outputChannels }, outputs, tileExtent, stripTiles);
  const roundTiles = Math.max(fewestTiles, roundNumbers / (matrices * (inputChannels + outputChannels)));
  const rounds = roundsOf(inputTiles, roundTiles);
  const widest = Math.max(...rounds.map(({ tiles }) => tiles));
  const inputStride = matrixStride(widest * inputChannels * elementBytes);
  const gradientStride = matrixStride(packedBytes(widest, outputChannels));
  const sumStride = matrixStride(inputChannels * outputChannels * elementBytes);
  const [inputs, gradients, sums] = carveScratch(context, matrices * inputStride, matrices * gradientStride, matrices * sumStride);
  const panelBytes = widest * panelStep;

  const mapTiles = (calls: KernelCalls, strip: Strip, firstTile: number): void => {
    const { winogradInput, winogradResultGradient } = calls.exports;
    const [inputCopy, gradientCopy] = carveScratch(calls, inputTiles.copyBytes, gradientTiles.copyBytes);
    const input = readStrip(calls, inputTiles, strip, inputCopy);
    const rowBytes = inputChannels * elementBytes;
    const mapped = { pointer: inputs + firstTile * rowBytes, tileStride: rowBytes, matrixStride: inputStride };
    mapStrip(inputTiles, strip, winogradInput, { pointer: input, channels: inputChannels }, mapped);
    const gradient = readStrip(calls, gradientTiles, strip, gradientCopy);
    for (let channel = 0; channel < outputChannels; channel += tileColumns) {
      const from = { pointer: gradient + channel * elementBytes, channels: Math.min(tileColumns, outputChannels - channel) };
      const pointer = gradients + (channel / tileColumns) * panelBytes + firstTile * panelStep;
      mapStrip(gradientTiles, strip, winogradResultGradient, from, { pointer, tileStride: panelStep, matrixStride: gradientStride });
    }
  };

  const multiply = (calls: KernelCalls, matrix: number, tiles: number, accumulate: boolean): void => {
    const { exports } = calls;
    const rowStride = scratchRowStride(widest);
    const [transposed, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
      calls,
      inputChannels * rowStride * elementBytes,
      inputChannels * elementBytes,
      inputChannels * elementBytes,
      elementBytes,
      edgeTileBytes,
    );
    const source = { pointer: inputs + matrix * inputStride, rowStride: 1, columnStride: inputChannels };
    transposeCopy(calls, { rows: inputChannels, columns: tiles, source, target: { pointer: transposed, rowStride } });
    exports.fillSequence(rowTable, transposed, rowStride * elementBytes, inputChannels);
    exports.fillSequence(resultTable, 0, outputChannels * elementBytes, inputChannels);
    exports.fillSequence(segmentTable, 0, 0, 1);
    exports.tileProduct(
      rowTable,
      inputChannels,
      segmentTable,
      1,
      tiles,
      0,
      gradients + matrix * gradientStride,
      panelBytes,
      outputChannels,
      resultTable,
      sums + matrix * sumStride,
      Number(accumulate),
      edgeTile,
    );
  };

  for (const [index, { strips, tiles }] of rounds.entries()) {
    const nanoseconds = (tiles * matrices * inputChannels * outputChannels) / speed;
    context.parallel(strips.length, nanoseconds / 2, (calls, piece) => mapTiles(calls, strips[piece]!.strip, strips[piece]!.firstTile));
    context.parallel(matrices, nanoseconds, (calls, matrix) => multiply(calls, matrix, tiles, index > 0));
  }
  context.parallel(inputChannels, 10 * inputChannels * outputChannels, ({ exports }, channel) => {
    const row = channel * outputChannels * elementBytes;
    const tapBytes = inputChannels * outputChannels * elementBytes;
    exports.winogradFilterGradient(
      sums + row,
      0,
      points * sumStride,
      sumStride,
      filter + row,
      0,
      taps * tapBytes,
      tapBytes,
      1,
      outputChannels,
    );
  });
}

/** Strips that are multiplied together, each with the number of its first tile. */
interface Round {
  readonly strips: readonly { readonly strip: Strip; readonly firstTile: number }[];
  readonly tiles: number;
}

function roundsOf(images: TiledImages, roundTiles: number): Round[] {
  const rounds: { strips: { strip: Strip; firstTile: number }[]; tiles: number }[] = [];
  for (const strip of images.strips) {
    const tiles = tilesOf(images, strip);
    let round = rounds.at(-1);
    if (round === undefined || round.tiles + tiles > roundTiles) {
      round = { strips: [], tiles: 0 };
      rounds.push(round);
    }
    round.strips.push({ strip, firstTile: round.tiles });
    round.tiles += tiles;
  }
  return rounds;
}
