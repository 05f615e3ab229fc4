// Depthwise convolutions of NHWC images, each channel with a filter of its own, and both gradients.
//
// Nothing is padded or copied: results whose windows keep the same taps at the image's edges are worked on together.

import { type BlockDone, elementBytes, type KernelContext } from "./context.ts";
import { type Axis, type Convolution, type ConvolutionCall, forwardWindows, gradientWindows, type Strip, stripsOf } from "./convolution.ts";
import { type DepthwiseRows, tileResults } from "./depthwise-rows.ts";
import { carveScratch } from "./scratch.ts";
import { sumArrays } from "./sums.ts";

/** A convolution whose filter is [kernel height, kernel width, channels]. */
export interface DepthwiseCall extends Omit<ConvolutionCall, Exclude<keyof Convolution, "batch" | "axes">> {
  readonly channels: number;
}

/** Elements of the result in a piece of work. */
const pieceElements = 2 ** 14;
/** Sums that a filter's gradient is put together from, about, for any number of threads. */
const partialSums = 16;
/** Results of a partial sum for each tap, at least: clearing and adding up large filters costs as much as some results do. */
const resultsPerTap = 16;
/** Products a nanosecond. */
const speed = 12;

/** result = image ∗ filter. `done` is called once per block of the result as a matrix [batch · output height · output width, channels]. */
export function depthwiseForward(context: KernelContext, call: Finished): void {
  const layer = layerOf(call, "forward");
  correlate(context, call, layer, piecesOf(call, layer, 0));
}

/** The gradient of the loss with respect to the image, from that with respect to the result. */
export function depthwiseInputGradient(context: KernelContext, call: DepthwiseCall): void {
  const layer = layerOf(call, "backward");
  correlate(context, call, layer, piecesOf(call, layer, 0));
}

/** The gradient of the loss with respect to the filter, from that with respect to the result. */
export function depthwiseFilterGradient(context: KernelContext, call: DepthwiseCall): void {
  const { batch, channels, axes, filter } = call;
  const [vertical, horizontal] = axes;
  const taps = vertical.kernel * horizontal.kernel;
  const weights = taps * channels;
  const bytes = weights * elementBytes;
  const layer = layerOf(call, "forward");
  const results = batch * vertical.output * horizontal.output;
  const pieces = piecesOf(call, layer, Math.max(Math.ceil(results / partialSums), taps * resultsPerTap));
  const [partial, ones] = carveScratch(context, pieces.length * bytes, bytes);
  context.parallel(pieces.length, nanoseconds(call), ({ exports }, index) => {
    exports.fillZero(partial + index * bytes, bytes);
    visit(exports.depthwiseFilterRows, channels, { ...layer, filter: partial + index * bytes }, pieces[index] as Strip);
  });
  sumArrays(context, { count: pieces.length, source: partial, stride: bytes, length: weights, target: filter, ones });
}

/** What is read, and what is walked over, which is written but for the filter's gradient. */
interface Layer {
  readonly rows: Line;
  readonly columns: Line;
  readonly source: number;
  readonly result: number;
  readonly filter: number;
  readonly filterWidth: number;
}
/** One axis: the extents of source and result, and the results in parts, as counted from the first of each phase. */
interface Line {
  readonly source: number;
  readonly result: number;
  readonly count: number;
  readonly parts: readonly Part[];
}
/** Neighbouring results of a phase whose windows meet the source with the same taps: first places, and steps. */
interface Part {
  readonly start: number;
  readonly count: number;
  readonly source: number;
  readonly sourceStep: number;
  readonly result: number;
  readonly resultStep: number;
  readonly taps: number;
  readonly sourceTap: number;
  readonly filter: number;
  readonly filterTap: number;
}
type Direction = "forward" | "backward";

function layerOf({ axes: [vertical, horizontal], image, filter, result }: DepthwiseCall, direction: Direction): Layer {
  const [source, target] = direction === "forward" ? [image, result] : [result, image];
  const [rows, columns] = [lineOf(vertical, direction), lineOf(horizontal, direction)];
  return { rows, columns, source, result: target, filter, filterWidth: horizontal.kernel };
}

function lineOf(axis: Axis, direction: Direction): Line {
  const { input, output } = axis;
  // Backward, neighbours with the same taps are a stride apart: each phase is walked on its own.
  const [phases, resultStep] = direction === "forward" ? [[forwardWindows(axis)], 1] : [gradientWindows(axis), axis.stride];
  const parts: Part[] = [];
  for (const [phase, { source, results, step, taps }] of phases.entries()) {
    const [first, second = first] = taps;
    for (let start = 0; start < results; start += 1) {
      const inside = taps.filter(({ offset }) => start * step + offset >= 0 && start * step + offset < source);
      const { index = 0, offset = 0 } = inside[0] ?? {};
      const last = parts.at(-1);
      if (start > 0 && last?.filter === index && last.taps === inside.length) {
        parts[parts.length - 1] = { ...last, count: last.count + 1 };
        continue;
      }
      parts.push({
        start,
        count: 1,
        source: start * step + offset,
        sourceStep: step,
        result: phase + start * resultStep,
        resultStep,
        taps: inside.length,
        // Taps are evenly spaced.
        sourceTap: first && second ? second.offset - first.offset : 0,
        filter: index,
        filterTap: first && second ? second.index - first.index : 0,
      });
    }
  }
  const [source, result] = direction === "forward" ? [input, output] : [output, input];
  return { source, result, count: phases[0]?.results ?? 0, parts };
}

/** Of at least so many results, to spare. */
function piecesOf({ batch, channels }: DepthwiseCall, { rows, columns }: Layer, least: number): Strip[] {
  return stripsOf(batch, rows.count, channels && columns.count, Math.max(least, Math.ceil(pieceElements / Math.max(1, channels))));
}
const nanoseconds = ({ batch, channels, axes }: DepthwiseCall): number =>
  axes.reduce((product, { output, kernel }) => product * output * kernel, batch * channels) / speed;

type Finished = DepthwiseCall & { readonly done?: BlockDone | undefined };

function correlate(context: KernelContext, call: Finished, layer: Layer, pieces: readonly Strip[]): void {
  context.parallel(pieces.length, nanoseconds(call), ({ exports }, index) => {
    const strip = pieces[index] as Strip;
    visit(exports.depthwiseRows, call.channels, layer, strip);
    const { rows, columns } = layer;
    const first = (strip.image * rows.count + strip.row) * columns.count;
    call.done?.(first, first + strip.images * strip.rows * columns.count, 0, call.channels);
  });
}

/** Calls the kernel for each part of a strip. */
function visit(kernel: DepthwiseRows, channels: number, layer: Layer, { image, images, row: firstRow, rows: rowCount }: Strip): void {
  const { rows, columns, source, result, filter, filterWidth } = layer;
  const pixel = channels * elementBytes;
  const [sourceRow, resultRow] = [columns.source * pixel, columns.result * pixel];
  for (let item = image; item < image + images; item += 1) {
    for (const row of rows.parts) {
      const skipped = Math.max(0, firstRow - row.start);
      const count = Math.min(row.count, firstRow + rowCount - row.start) - skipped;
      if (count <= 0) continue;
      const from = source + (item * rows.source + row.source + skipped * row.sourceStep) * sourceRow;
      const to = result + (item * rows.result + row.result + skipped * row.resultStep) * resultRow;
      for (const column of columns.parts) {
        const down = [count, row.sourceStep * sourceRow, row.resultStep * resultRow] as const;
        const across = [column.count, column.sourceStep * pixel, column.resultStep * pixel] as const;
        // The kernel works on several columns at once: where there are few, on rows.
        const [outer, inner] = column.count < tileResults ? [across, down] : [down, across];
        kernel(
          outer[0],
          inner[0],
          channels,
          from + column.source * pixel,
          outer[1],
          inner[1],
          to + column.result * pixel,
          outer[2],
          inner[2],
          row.taps,
          column.taps,
          row.sourceTap * sourceRow,
          column.sourceTap * pixel,
          filter + (row.filter * filterWidth + column.filter) * pixel,
          row.filterTap * filterWidth * pixel,
          column.filterTap * pixel,
        );
      }
    }
  }
}
