// Depthwise convolutions of NHWC images, each channel with a filter of its own, and both gradients.
//
// Nothing is padded or copied: results whose windows keep the same taps at the image's edges are worked on together.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { type ConvolutionCall, forwardWindows, gradientWindows, type Strip, stripsOf, type Windows } from "./convolution.ts";
import { type DepthwiseExports, tileResults } from "./depthwise-rows.ts";
import { carveScratch } from "./scratch.ts";

/** A convolution whose filter is [kernel height, kernel width, channels]. */
export interface DepthwiseCall extends Omit<ConvolutionCall, "inputChannels" | "outputChannels" | "groups"> {
  readonly channels: number;
}

/** Elements of the result in a piece of work, and pieces that are finished together while the caches hold them. */
const pieceElements = 2 ** 14;
const finishedPieces = 16;
/** Sums that a filter's gradient is put together from, about, for any number of threads. */
const partialSums = 16;
/** Products a nanosecond. */
const speed = 12;

/** result = image ∗ filter. `done` is called once per block of the result as a matrix [batch · output height · output width, channels]. */
export function depthwiseForward(context: KernelContext, call: DepthwiseCall & { readonly done?: BlockDone | undefined }): void {
  const { done, channels } = call;
  const layer = forwardLayer(call);
  const { height, width } = layer.result;
  const pieces = piecesOf(call, layer);
  const together = done ? finishedPieces : pieces.length;
  for (let first = 0; first < pieces.length; first += together) {
    const group = pieces.slice(first, first + together);
    correlate(context, layer, group);
    const [start, end] = [group[0] as Strip, group.at(-1) as Strip];
    const endRow = (end.image + end.images - 1) * height + end.row + end.rows;
    done?.((start.image * height + start.row) * width, endRow * width, 0, channels);
  }
}

/** The gradient of the loss with respect to the image, from that with respect to the result. */
export function depthwiseInputGradient(context: KernelContext, call: DepthwiseCall): void {
  const { source, result, ...layer } = forwardLayer(call);
  const [rows, columns] = call.axes.map((axis) => gradientWindows(axis).map((windows, phase) => phaseOf(windows, phase, axis.stride))) as [
    Phase[],
    Phase[],
  ];
  const backward = { ...layer, rows, columns, source: result, result: source };
  correlate(context, backward, piecesOf(call, backward));
}

/** The gradient of the loss with respect to the filter, from that with respect to the result. */
export function depthwiseFilterGradient(context: KernelContext, call: DepthwiseCall): void {
  const { batch, channels, axes, filter } = call;
  const [vertical, horizontal] = axes;
  const layer = forwardLayer(call);
  const weights = vertical.kernel * horizontal.kernel * channels;
  const results = batch * vertical.output * horizontal.output;
  const least = Math.ceil(pieceElements / Math.max(1, channels));
  const pieces = stripsOf(batch, vertical.output, horizontal.output, Math.max(least, Math.ceil(results / partialSums)));
  const partial = pieces.length === 1 ? filter : carveScratch(context, pieces.length * weights * elementBytes)[0];
  context.parallel(pieces.length, (results * weights) / speed, ({ exports }, index) => {
    const sums = partial + index * weights * elementBytes;
    exports.fillZero(sums, weights * elementBytes);
    visit(exports.depthwiseFilterRows, { ...layer, filter: { ...layer.filter, pointer: sums } }, pieces[index] as Strip);
  });
  if (partial !== filter) context.exports.sumOfRows(partial, pieces.length, weights, filter);
}

interface Images {
  readonly pointer: number;
  readonly height: number;
  readonly width: number;
}
interface Layer {
  readonly channels: number;
  readonly rows: readonly Phase[];
  readonly columns: readonly Phase[];
  readonly source: Images;
  readonly result: Images;
  readonly filter: { readonly pointer: number; readonly width: number };
}

function forwardLayer({ channels, axes: [vertical, horizontal], image, filter, result }: DepthwiseCall): Layer {
  return {
    channels,
    rows: [phaseOf(forwardWindows(vertical), 0, 1)],
    columns: [phaseOf(forwardWindows(horizontal), 0, 1)],
    source: { pointer: image, height: vertical.input, width: horizontal.input },
    result: { pointer: result, height: vertical.output, width: horizontal.output },
    filter: { pointer: filter, width: horizontal.kernel },
  };
}

/** Every result, or each that is `step` places from the last, along one axis. */
interface Phase {
  readonly first: number;
  readonly step: number;
  readonly results: number;
  readonly windows: Windows;
  readonly runs: readonly Run[];
}
/** Neighbouring results of a phase whose windows meet the source with the same taps. */
interface Run {
  readonly start: number;
  readonly count: number;
  readonly firstTap: number;
  readonly taps: number;
}

function phaseOf(windows: Windows, first: number, step: number): Phase {
  const runs: Run[] = [];
  for (let start = 0; start < windows.results; start += 1) {
    const inside = windows.taps.map(({ offset }) => offset + start * windows.step).map((place) => place >= 0 && place < windows.source);
    const taps = inside.filter(Boolean).length;
    const firstTap = Math.max(0, inside.indexOf(true));
    const last = runs.at(-1);
    if (last?.firstTap === firstTap && last.taps === taps) runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ start, count: 1, firstTap, taps });
  }
  return { first, step, results: windows.results, windows, runs };
}

function piecesOf({ batch, channels }: DepthwiseCall, { rows: [rows], columns: [columns] }: Layer): Strip[] {
  if (!rows || !columns || channels === 0) return [];
  const perPlace = rows.step * columns.step * channels;
  return stripsOf(batch, rows.results, columns.results, Math.ceil(pieceElements / perPlace));
}

function correlate(context: KernelContext, layer: Layer, pieces: readonly Strip[]): void {
  const { result, rows, columns, channels } = layer;
  const places = pieces.reduce((sum, strip) => sum + strip.images * strip.rows, 0) * result.width;
  const taps = rows.reduce((sum, { windows }) => sum + windows.taps.length, 0) * (columns[0]?.windows.taps.length ?? 0);
  context.parallel(pieces.length, (places * taps * channels) / speed, ({ exports }, index) =>
    visit(exports.depthwiseRows, layer, pieces[index] as Strip),
  );
}

/** Some results along one axis, as the kernel wants them: where they begin, and distances, in places. */
interface Part {
  readonly count: number;
  readonly source: number;
  readonly sourceStep: number;
  readonly result: number;
  readonly resultStep: number;
  readonly taps: number;
  readonly sourceTapStep: number;
  readonly filter: number;
  readonly filterTapStep: number;
}

/** Calls the kernel for each part of a strip. */
function visit(kernel: DepthwiseExports["depthwiseRows"], layer: Layer, strip: Strip): void {
  const { channels, source, result, filter } = layer;
  const pixel = channels * elementBytes;
  const columnParts = layer.columns.flatMap((phase) => partsOf(phase, 0, phase.results));
  const rowParts = layer.rows.flatMap((phase) => partsOf(phase, strip.row, strip.row + strip.rows));
  for (let image = strip.image; image < strip.image + strip.images; image += 1) {
    for (const row of rowParts) {
      for (const column of columnParts) {
        const [down, across] = [
          [row.count, row.sourceStep * source.width * pixel, row.resultStep * result.width * pixel],
          [column.count, column.sourceStep * pixel, column.resultStep * pixel],
        ] as const;
        // The kernel works on several columns at once: where there are few, on rows.
        const [outer, inner] = column.count < row.count && column.count < tileResults ? [across, down] : [down, across];
        kernel(
          outer[0],
          inner[0],
          channels,
          source.pointer + ((image * source.height + row.source) * source.width + column.source) * pixel,
          outer[1],
          inner[1],
          result.pointer + ((image * result.height + row.result) * result.width + column.result) * pixel,
          outer[2],
          inner[2],
          row.taps,
          column.taps,
          row.sourceTapStep * source.width * pixel,
          column.sourceTapStep * pixel,
          filter.pointer + (row.filter * filter.width + column.filter) * pixel,
          row.filterTapStep * filter.width * pixel,
          column.filterTapStep * pixel,
        );
      }
    }
  }
}

/** The parts of a phase from one of its results to another. */
function partsOf({ first, step, windows, runs }: Phase, from: number, to: number): Part[] {
  const [tap, next] = windows.taps;
  return runs.flatMap((run): Part[] => {
    const start = Math.max(from, run.start);
    const count = Math.min(to, run.start + run.count) - start;
    if (count <= 0) return [];
    const { index = 0, offset = 0 } = windows.taps[run.firstTap] ?? {};
    return [
      {
        count,
        source: start * windows.step + offset,
        sourceStep: windows.step,
        result: first + start * step,
        resultStep: step,
        taps: run.taps,
        // Taps are evenly spaced.
        sourceTapStep: tap && next ? next.offset - tap.offset : 0,
        filter: index,
        filterTapStep: tap && next ? next.index - tap.index : 0,
      },
    ];
  });
}
