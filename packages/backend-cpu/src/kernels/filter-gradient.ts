// The gradient of a convolution with respect to its filter, NHWC and HWIO.
//
// It is a matrix product whose depth runs over all outputs: row (ky, kx, c) holds the inputs that this tap meets.
// A strip of the input is transposed once, channels outermost, with zeros around it; all rows of the product are
// then pointers into it, since the inputs under a tap are the transposed image, shifted. With a horizontal stride
// the columns are sorted by remainder, so that what a tap meets still lies side by side.

import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type Axis, type ConvolutionCall, forwardWindows, reach, type Strip, stripsOf } from "./convolution.ts";
import { fillTable, overlap } from "./correlate.ts";
import { copySpeed, productSpeed } from "./gemm.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { edgeTileBytes, panelStep, tileColumns, tileRows } from "./tile.ts";
import { transposeCopy } from "./transpose.ts";
import { suitsWinograd } from "./winograd-choice.ts";
import { winogradFilterGradient } from "./winograd-gradient.ts";

/** Outputs per strip, and outputs per block of packed gradient within a strip. */
const stripOutputs = 1600;
const blockDepth = 800;
/** Channels and columns that a piece of the preparation does: whole cache lines. */
const transposedChannels = 16;
const packedColumns = 16;
/** Into so many pieces a product is cut, if it is large enough. */
const pieces = 8;

/** The gradient of the loss with respect to the filter, from that with respect to the result. */
export function convolutionFilterGradient(context: KernelContext, call: ConvolutionCall): void {
  const gradient = suitsWinograd(call, "forward") ? winogradFilterGradient : directFilterGradient;
  gradient(context, call);
}

/** The same as sums over the outputs, whatever the geometry. */
export function directFilterGradient(context: KernelContext, call: ConvolutionCall): void {
  for (let group = 0; group < call.groups; group += 1) groupGradient(context, call, group);
}

function groupGradient(context: KernelContext, call: ConvolutionCall, group: number): void {
  const { exports } = context;
  const { batch, inputChannels, outputChannels, groups, axes, filter, result } = call;
  const [vertical, horizontal] = axes;
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  const productRows = vertical.kernel * horizontal.kernel * inputs;
  if (productRows * outputs === 0) return;

  const nothing: Strip = { image: 0, images: 0, row: 0, rows: 0 };
  const [widest = nothing, ...strips] = stripsOf(batch, vertical.output, horizontal.output, stripOutputs);
  const widestRows = widest.images * widest.rows;
  const planes = planesOf(vertical, horizontal, widest, inputs);
  const [panels, transposed, rowTable, resultTable, segmentTable] = carveScratch(
    context,
    packedBytes(widestRows * horizontal.output, outputs),
    planes.bytes,
    productRows * elementBytes,
    productRows * elementBytes,
    widestRows * elementBytes,
  );
  exports.fillSequence(resultTable, 0, outputChannels * elementBytes, productRows);
  fillTable(context, segmentTable, widest, 1, [planes.imageStride, vertical.stride * planes.rowStride, 0]);
  // Where each tap of each channel begins in the planes.
  for (let tap = 0; tap < vertical.kernel * horizontal.kernel; tap += 1) {
    const [row, column] = [Math.floor(tap / horizontal.kernel) * vertical.dilation, (tap % horizontal.kernel) * horizontal.dilation];
    const place = row * planes.rowStride + (column % horizontal.stride) * planes.columns + Math.floor(column / horizontal.stride);
    const entry = rowTable + tap * inputs * elementBytes;
    exports.fillSequence(entry, transposed + place * elementBytes, planes.planeStride * elementBytes, inputs);
  }

  const rowsTogether = Math.max(1, Math.floor(blockDepth / Math.max(1, horizontal.output)));
  const cut = cutOf(productRows, outputs);
  const across = Math.ceil(outputs / cut.columns);
  for (const strip of [widest, ...strips]) {
    const segments = strip.images * strip.rows;
    const depth = segments * horizontal.output;
    const firstOutput = (strip.image * vertical.output + strip.row) * horizontal.output;
    const pointer = result + (firstOutput * outputChannels + group * outputs) * elementBytes;
    // Some pieces transpose channels of the input, the others pack columns of the gradient.
    const transposing = Math.ceil(inputs / transposedChannels);
    const packing = Math.ceil(outputs / packedColumns);
    context.parallel(transposing + packing, (planes.bytes / elementBytes + depth * outputs) / copySpeed, (calls, piece) => {
      if (piece < transposing) {
        const channel = piece * transposedChannels;
        const channels = Math.min(transposedChannels, inputs - channel);
        transposeStrip(
          calls,
          call,
          planes,
          strip,
          { first: group * inputs + channel, channels },
          transposed + channel * planes.planeStride * elementBytes,
        );
      } else {
        const column = (piece - transposing) * packedColumns;
        const matrix = { pointer: pointer + column * elementBytes, rowStride: outputChannels, columnStride: 1 };
        const target = panels + (column / tileColumns) * depth * panelStep;
        packPanels(calls, matrix, depth, Math.min(packedColumns, outputs - column), target, depth * panelStep);
      }
    });
    context.parallel(Math.ceil(productRows / cut.rows) * across, (productRows * outputs * depth) / productSpeed, (calls, piece) => {
      const row = Math.floor(piece / across) * cut.rows;
      const column = (piece % across) * cut.columns;
      const [edgeTile] = carveScratch(calls, edgeTileBytes);
      // Without outputs there is still one product, which writes zeros.
      for (let segment = 0; segment === 0 || segment < segments; segment += rowsTogether) {
        calls.exports.tileProduct(
          rowTable + row * elementBytes,
          Math.min(cut.rows, productRows - row),
          segmentTable + segment * elementBytes,
          Math.min(rowsTogether, segments - segment),
          horizontal.output,
          0,
          panels + ((column / tileColumns) * depth + segment * horizontal.output) * panelStep,
          depth * panelStep,
          Math.min(cut.columns, outputs - column),
          resultTable + row * elementBytes,
          filter + (group * outputs + column) * elementBytes,
          Number(strip !== widest || segment > 0),
          edgeTile,
        );
      }
    });
  }
}

/** The rows and columns of a piece of the product. */
function cutOf(rows: number, columns: number): { readonly rows: number; readonly columns: number } {
  const down = Math.max(1, Math.min(pieces, Math.floor(rows / (4 * tileRows))));
  const across = Math.max(1, Math.min(Math.floor(pieces / down), Math.floor(columns / (4 * tileColumns))));
  return { rows: Math.ceil(rows / down / tileRows) * tileRows, columns: Math.ceil(columns / across / tileColumns) * tileColumns };
}

/** A strip's transposed input: planes [image, row, remainder, column] of one channel each; distances in elements. */
interface Planes {
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

function planesOf(vertical: Axis, horizontal: Axis, widest: Strip, channels: number): Planes {
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
function transposeStrip(
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
  calls.exports.fillZero(transposed, channels * planeStride * elementBytes);
  for (let image = 0; image < strip.images; image += 1) {
    for (let row = rowStart; row < rowEnd; row += together) {
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
