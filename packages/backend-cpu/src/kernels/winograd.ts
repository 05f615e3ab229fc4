// Winograd's minimal filtering: 3×3 convolutions of stride 1 and their input gradients with a quarter of the products.

import { type BlockDone, elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type ConvolutionCall, type Strip, stripsOf, type Windows } from "./convolution.ts";
import { copyStrip, planSource } from "./correlate.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch } from "./scratch.ts";
import { edgeTileBytes, panelStep, tileColumns } from "./tile.ts";

export const knobs = { m: 4 as 2 | 4, bytes: 512 * 1024, least: 24 };
const taps = 3;

/** Whole cache lines, and an odd number of them, so that matrices side by side do not evict each other. */
function matrixBytes(bytes: number): number {
  return (Math.ceil(bytes / 64) | 1) * 64;
}

export function winogradConvolve(context: KernelContext, call: ConvolutionCall, direction: "forward" | "backward", done?: BlockDone): void {
  const { m } = knobs;
  const n = m + 2;
  const points = n * n;
  const forward = direction === "forward";
  const { batch, axes, inputChannels, outputChannels } = call;
  const [depth, channels] = forward ? [inputChannels, outputChannels] : [outputChannels, inputChannels];
  const [rows, columns] = axes.map(({ input, output, before }): Windows => {
    const [source, results, first] = forward ? [input, output, -before] : [output, input, before - 2];
    return { source, results: Math.ceil(results / m), step: m, taps: Array.from({ length: n }, (_, index) => ({ index, offset: first + index })) };
  }) as [Windows, Windows];
  const [height, width] = axes.map(({ input, output }) => (forward ? output : input)) as [number, number];
  const source = { pointer: forward ? call.image : call.result, channels: depth, pixelStride: depth };
  const target = forward ? call.result : call.image;
  const tilesTogether = Math.max(knobs.least, Math.floor(knobs.bytes / (points * (depth + channels) * elementBytes)));
  const strips = stripsOf(batch, rows.results, columns.results, tilesTogether);
  const widest = strips[0]!;
  const geometry = { rows, columns, source };
  const plan = planSource(geometry, widest);
  const filterStride = matrixBytes(packedBytes(depth, channels));
  const [filter] = carveScratch(context, points * filterStride);
  packFilter(context, call, forward, filter, filterStride);

  const tileCount = ({ images, rows }: Strip): number => images * rows * columns.results;
  const piece = (calls: KernelCalls, index: number): void => {
    const { exports } = calls;
    const strip = strips[index]!;
    const tiles = tileCount(strip);
    const [sourceStride, resultStride] = [matrixBytes(tileCount(widest) * depth * elementBytes), matrixBytes(tileCount(widest) * channels * elementBytes)];
    const tableBytes = tileCount(widest) * elementBytes;
    const [copy, sources, results, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
      calls,
      plan.copies ? widest.images * plan.imageStride * elementBytes : 0,
      points * sourceStride,
      points * resultStride,
      tableBytes,
      tableBytes,
      elementBytes,
      edgeTileBytes,
    );
    if (plan.copies) copyStrip(calls, geometry, plan, strip, copy);
    const firstRow = strip.row * rows.step + plan.top;
    const start = strip.image * plan.imageStride + firstRow * plan.rowStride + plan.left * plan.pixelStride;
    const first = plan.copies ? copy : source.pointer + start * elementBytes;
    const each = (visit: (image: number, row: number, tile: number) => void): void => {
      for (let i = 0; i < strip.images; i += 1) for (let r = 0; r < strip.rows; r += 1) visit(i, r, (i * strip.rows + r) * columns.results);
    };
    each((image, row, tile) =>
      exports[m === 4 ? "winogradInput4" : "winogradInput2"](
        first + (image * plan.imageStride + row * m * plan.rowStride) * elementBytes,
        m * plan.pixelStride * elementBytes,
        plan.rowStride * elementBytes,
        plan.pixelStride * elementBytes,
        sources + tile * depth * elementBytes,
        depth * elementBytes,
        n * sourceStride,
        sourceStride,
        columns.results,
        depth,
      ),
    );
    exports.fillSequence(rowTable, 0, depth * elementBytes, tiles);
    exports.fillSequence(resultTable, 0, channels * elementBytes, tiles);
    exports.fillSequence(segmentTable, 0, 0, 1);
    for (let point = 0; point < points; point += 1) {
      exports.tileProduct(
        rowTable,
        tiles,
        segmentTable,
        1,
        depth,
        sources + point * sourceStride,
        filter + point * filterStride,
        depth * panelStep,
        channels,
        resultTable,
        results + point * resultStride,
        0,
        edgeTile,
      );
    }
    each((image, row, tile) => {
      const y = (strip.row + row) * m;
      exports[m === 4 ? "winogradOutput4" : "winogradOutput2"](
        results + tile * channels * elementBytes,
        channels * elementBytes,
        n * resultStride,
        resultStride,
        target + ((strip.image + image) * height + y) * width * channels * elementBytes,
        m * channels * elementBytes,
        width * channels * elementBytes,
        channels * elementBytes,
        columns.results,
        channels,
        height - y,
        width,
      );
    });
  };
  const operations = 2 * batch * rows.results * columns.results * points * depth * channels;
  context.parallel(strips.length, operations / 40, piece);
  for (const { image, images, row, rows } of strips) {
    const from = (image * height + row * m) * width;
    done?.(from, from + images * Math.min(rows * m, height - row * m) * width, 0, channels);
  }
}

function packFilter(context: KernelContext, call: ConvolutionCall, forward: boolean, target: number, stride: number): void {
  const { m } = knobs;
  const n = m + 2;
  const { inputChannels, outputChannels, filter } = call;
  const [depth, channels] = forward ? [inputChannels, outputChannels] : [outputChannels, inputChannels];
  const panelBytes = depth * panelStep;
  context.parallel(Math.ceil(channels / tileColumns), 1, (calls, panel) => {
    const [packed] = carveScratch(calls, taps * taps * panelBytes);
    const column = panel * tileColumns;
    for (let tap = 0; tap < taps * taps; tap += 1) {
      const matrix = (forward ? tap : taps * taps - 1 - tap) * inputChannels * outputChannels;
      const [rowStride, columnStride] = forward ? [outputChannels, 1] : [1, outputChannels];
      const pointer = filter + (matrix + column * columnStride) * elementBytes;
      packPanels(calls, { pointer, rowStride, columnStride }, depth, Math.min(tileColumns, channels - column), packed + tap * panelBytes, panelBytes);
    }
    calls.exports[m === 4 ? "winogradFilter4" : "winogradFilter2"](
      packed,
      0,
      taps * panelBytes,
      panelBytes,
      target + panel * panelBytes,
      0,
      n * stride,
      stride,
      1,
      depth * tileColumns,
    );
  });
}
