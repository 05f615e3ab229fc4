// The input of a filter's gradient as planes of one channel each, so that what a tap meets are numbers side by side.

import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type Axis, type ConvolutionCall, forwardWindows, reach, type Strip } from "./convolution.ts";
import { fillTable, overlap } from "./correlate.ts";
import { scratchRowStride } from "./scratch.ts";
import { transposeCopy } from "./transpose.ts";

/** A strip's transposed input: planes [image, row, remainder, column] of one channel each; distances in elements. */
export interface Planes {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  /** Columns per remainder. */
  readonly columns: number;
  readonly rowStride: number;
  readonly imageStride: number;
  readonly planeStride: number;
  readonly bytes: number;
}

export function planesOf(vertical: Axis, horizontal: Axis, widest: Strip, channels: number): Planes {
  const [top, bottom] = reach({ ...forwardWindows(vertical), results: widest.rows });
  const [left, right] = reach(forwardWindows(horizontal));
  const height = Math.max(0, bottom - top);
  const columns = Math.ceil((right - left) / horizontal.stride);
  const rowStride = columns * horizontal.stride;
  const imageStride = height * rowStride;
  const planeStride = scratchRowStride(widest.images * imageStride);
  return { top, left, height, columns, rowStride, imageStride, planeStride, bytes: channels * planeStride * elementBytes };
}

/** Transposes some channels of what a strip reads, with zeros around it. */
export function transposeStrip(
  calls: KernelCalls,
  { inputChannels, axes: [vertical, horizontal], image: images }: ConvolutionCall,
  planes: Planes,
  strip: Strip,
  { first: firstChannel, channels }: { readonly first: number; readonly channels: number },
  transposed: number,
): void {
  const { left, columns, rowStride, planeStride } = planes;
  const { input: width, stride: columnStep } = horizontal;
  const firstRow = strip.row * vertical.stride + planes.top;
  const [rowStart, rowEnd] = overlap(firstRow, planes.height, vertical.input);
  // Rows that are read whole are one long row.
  const together = columnStep === 1 && left === 0 && columns === width ? rowEnd - rowStart : 1;
  // Few channels are copied one by one, all rows at once: there is no square to turn.
  const singly = together === 1 && channels < 4;
  calls.exports.fillZero(transposed, channels * planeStride * elementBytes);
  for (let image = 0; image < strip.images; image += 1) {
    for (let row = rowStart; row < rowEnd; row += singly ? rowEnd - rowStart : together) {
      const sourceRow = ((strip.image + image) * vertical.input + firstRow + row) * width;
      const targetRow = image * planes.imageStride + row * rowStride;
      for (let remainder = 0; remainder < columnStep; remainder += 1) {
        // Columns left + remainder + j·columnStep that lie inside the input.
        const first = left + remainder;
        const start = Math.max(0, Math.ceil(-first / columnStep));
        const end = Math.min(columns, Math.ceil((width - first) / columnStep));
        if (end <= start) continue;
        const from = (sourceRow + first + start * columnStep) * inputChannels + firstChannel;
        const to = targetRow + remainder * columns + start;
        for (let channel = 0; singly && channel < channels; channel += 1) {
          calls.exports.copyStrided(
            images + (from + channel) * elementBytes,
            width * inputChannels * elementBytes,
            columnStep * inputChannels * elementBytes,
            transposed + (to + channel * planeStride) * elementBytes,
            rowStride * elementBytes,
            rowEnd - rowStart,
            end - start,
          );
        }
        if (singly) continue;
        transposeCopy(calls, {
          rows: channels,
          columns: (end - start) * together,
          source: { pointer: images + from * elementBytes, rowStride: 1, columnStride: columnStep * inputChannels },
          target: { pointer: transposed + to * elementBytes, rowStride: planeStride },
        });
      }
    }
  }
}

export interface Tables {
  readonly rowTable: number;
  readonly resultTable: number;
  readonly segmentTable: number;
  readonly inputs: number;
  readonly resultStride: number;
}
/** Where each tap of each channel begins in the planes, where its row of the result is, and where rows of outputs meet the planes. */
export function fillTables(
  context: KernelContext,
  { axes: [vertical, horizontal] }: ConvolutionCall,
  planes: Planes,
  widest: Strip,
  tables: Tables,
): void {
  const { rowTable, resultTable, segmentTable, inputs, resultStride } = tables;
  const taps = vertical.kernel * horizontal.kernel;
  context.exports.fillSequence(resultTable, 0, resultStride * elementBytes, taps * inputs);
  fillTable(context, segmentTable, widest, 1, [planes.imageStride, vertical.stride * planes.rowStride, 0]);
  for (let tap = 0; tap < taps; tap += 1) {
    const [row, column] = [Math.floor(tap / horizontal.kernel) * vertical.dilation, (tap % horizontal.kernel) * horizontal.dilation];
    const place = row * planes.rowStride + (column % horizontal.stride) * planes.columns + Math.floor(column / horizontal.stride);
    const entry = rowTable + tap * inputs * elementBytes;
    context.exports.fillSequence(entry, place * elementBytes, planes.planeStride * elementBytes, inputs);
  }
}
