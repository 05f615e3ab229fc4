// The gradient of a convolution with respect to its filter, NHWC and HWIO.
//
// It is a matrix product whose depth runs over all outputs: row (ky, kx, c) holds the inputs that this tap meets.
// A strip of the input is transposed once, channels outermost, with zeros around it; all rows of the product are
// then pointers into it, since the inputs under a tap are the transposed image, shifted. With a horizontal stride
// the columns are sorted by remainder, so that what a tap meets still lies side by side.

import { elementBytes, type KernelCalls, type KernelContext } from "./context.ts";
import { type ConvolutionCall, type Strip, stripsOf } from "./convolution.ts";
import { fillTables, planesOf, transposeStrip } from "./filter-planes.ts";
import { copySpeed, productSpeed } from "./gemm.ts";
import { packedBytes, packPanels } from "./pack.ts";
import { carveScratch } from "./scratch.ts";
import { sumArrays } from "./sums.ts";
import { edgeTileBytes, panelStep, productOfTiles, tileColumns, tileRows } from "./tile.ts";
import { suitsWinograd } from "./winograd-choice.ts";
import { winogradFilterGradient } from "./winograd-gradient.ts";

/** Outputs per strip, and outputs per block of packed gradient within a strip. */
const stripOutputs = 1600;
const blockDepth = 800;
/** Bytes of a block where the gradient is read where it lies, once per few columns. */
const blockBytes = 8192;
/** Channels and columns that a piece of the preparation does: whole cache lines. */
const transposedChannels = 16;
const packedColumns = 16;
/** Into so many pieces a product is cut, if it is large enough. */
const pieces = 8;
/** Outputs of a piece, at least, where the product is cut in depth. */
const leastOutputs = 256;

/** The gradient of the loss with respect to the filter, from that with respect to the result. */
export function convolutionFilterGradient(context: KernelContext, call: ConvolutionCall): void {
  const gradient = suitsWinograd(call, "forward", "filter") ? winogradFilterGradient : directFilterGradient;
  gradient(context, call);
}

/** The same as sums over the outputs, whatever the geometry. */
export function directFilterGradient(context: KernelContext, call: ConvolutionCall): void {
  for (let group = 0; group < call.groups; group += 1) groupGradient(context, call, group);
}

function groupGradient(context: KernelContext, call: ConvolutionCall, group: number): void {
  const { batch, inputChannels, outputChannels, groups, axes, filter, result } = call;
  const [vertical, horizontal] = axes;
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  const productRows = vertical.kernel * horizontal.kernel * inputs;
  if (productRows * outputs === 0) return;
  const cut = cutOf(productRows, outputs);
  const total = batch * vertical.output * horizontal.output;
  // A product too small to be cut is cut in depth, into sums of some strips each.
  const deep = cut.count * 2 <= pieces && total >= pieces * leastOutputs;
  const [widest = nothing, ...others] = stripsOf(
    batch,
    vertical.output,
    horizontal.output,
    deep ? Math.min(stripOutputs, total / pieces) : stripOutputs,
  );
  const strips = [widest, ...others];
  const widestRows = widest.images * widest.rows;
  const planes = planesOf(vertical, horizontal, widest, inputs);
  // So few rows meet the gradient where it lies: packing it would take as long as multiplying it.
  const inPlace = deep && outputs % 4 === 0;
  const pixelBytes = outputChannels * elementBytes;
  const panelBytes = inPlace ? 0 : packedBytes(widestRows * horizontal.output, outputs);
  const sumBytes = productRows * outputs * elementBytes;
  const sums = Math.min(pieces, strips.length);
  const [rowTable, resultTable, segmentTable, partial, ones, preparedPanels, preparedPlanes] = carveScratch(
    context,
    productRows * elementBytes,
    productRows * elementBytes,
    widestRows * elementBytes,
    deep ? sums * sumBytes : 0,
    deep ? sumBytes : 0,
    deep ? 0 : panelBytes,
    deep ? 0 : planes.bytes,
  );
  fillTables(context, call, planes, widest, { rowTable, resultTable, segmentTable, inputs, resultStride: deep ? outputs : outputChannels });

  const gradientOf = (strip: Strip): number =>
    result + (strip.image * vertical.output + strip.row) * horizontal.output * pixelBytes + group * outputs * elementBytes;
  /** Packs columns of a strip's gradient. */
  const pack = (calls: KernelCalls, strip: Strip, column: number, columns: number, panels: number): void => {
    const depth = strip.images * strip.rows * horizontal.output;
    const pointer = gradientOf(strip) + column * elementBytes;
    const target = panels + (column / tileColumns) * depth * panelStep;
    packPanels(calls, { pointer, rowStride: outputChannels, columnStride: 1 }, depth, columns, target, depth * panelStep);
  };
  const transpose = (calls: KernelCalls, strip: Strip, channel: number, channels: number, transposed: number): void => {
    const target = transposed + channel * planes.planeStride * elementBytes;
    transposeStrip(calls, call, planes, strip, { first: group * inputs + channel, channels }, target);
  };
  const multiply = (
    calls: KernelCalls,
    strip: Strip,
    { row, rows, column, columns, transposed, panels, target, edgeTile, adds }: Product,
  ): void => {
    const segments = strip.images * strip.rows;
    const depth = segments * horizontal.output;
    const together = Math.max(1, Math.floor(blockDepth / Math.max(1, horizontal.output)));
    // Without outputs there is still one product, which writes zeros.
    for (let segment = 0; segment === 0 || segment < segments; segment += together) {
      productOfTiles(calls.exports, rows, columns)(
        rowTable + row * elementBytes,
        rows,
        segmentTable + segment * elementBytes,
        Math.min(together, segments - segment),
        horizontal.output,
        transposed,
        panels + ((column / tileColumns) * depth + segment * horizontal.output) * panelStep,
        depth * panelStep,
        columns,
        resultTable + row * elementBytes,
        target + column * elementBytes,
        Number(adds || segment > 0),
        edgeTile,
      );
    }
  };

  const nanoseconds = (productRows * outputs) / productSpeed;
  if (deep) {
    const together = Math.max(1, Math.floor(blockBytes / (horizontal.output * outputs * elementBytes)));
    context.parallel(sums, nanoseconds * total, (calls, piece) => {
      const [panels, transposed, edgeTile] = carveScratch(calls, panelBytes, planes.bytes, edgeTileBytes);
      const target = partial + piece * sumBytes;
      for (let index = piece; index < strips.length; index += sums) {
        const strip = strips[index] as Strip;
        const adds = index > piece;
        transpose(calls, strip, 0, inputs, transposed);
        if (inPlace) {
          calls.exports.stripProducts(
            rowTable,
            productRows,
            segmentTable,
            strip.images * strip.rows,
            horizontal.output,
            transposed,
            gradientOf(strip),
            pixelBytes,
            outputs,
            resultTable,
            target,
            Number(adds),
            together,
          );
          continue;
        }
        pack(calls, strip, 0, outputs, panels);
        multiply(calls, strip, { row: 0, rows: productRows, column: 0, columns: outputs, transposed, panels, target, edgeTile, adds });
      }
    });
    const [rows, length] = groups === 1 ? [1, productRows * outputs] : [productRows, outputs];
    for (let row = 0; row < rows; row += 1) {
      const target = filter + (row * outputChannels + group * outputs) * elementBytes;
      sumArrays(context, { count: sums, source: partial + row * length * elementBytes, stride: sumBytes, length, target, ones });
    }
    return;
  }
  for (const [index, strip] of strips.entries()) {
    // Some pieces transpose channels of the input, the others pack columns of the gradient.
    const transposing = Math.ceil(inputs / transposedChannels);
    const packing = Math.ceil(outputs / packedColumns);
    const depth = strip.images * strip.rows * horizontal.output;
    context.parallel(transposing + packing, (planes.bytes / elementBytes + depth * outputs) / copySpeed, (calls, piece) => {
      const channel = piece * transposedChannels;
      const column = (piece - transposing) * packedColumns;
      if (piece < transposing) transpose(calls, strip, channel, Math.min(transposedChannels, inputs - channel), preparedPlanes);
      else pack(calls, strip, column, Math.min(packedColumns, outputs - column), preparedPanels);
    });
    context.parallel(cut.count, nanoseconds * depth, (calls, piece) => {
      const row = Math.floor(piece / cut.across) * cut.rows;
      const column = (piece % cut.across) * cut.columns;
      const [edgeTile] = carveScratch(calls, edgeTileBytes);
      multiply(calls, strip, {
        row,
        rows: Math.min(cut.rows, productRows - row),
        column,
        columns: Math.min(cut.columns, outputs - column),
        transposed: preparedPlanes,
        panels: preparedPanels,
        target: filter + group * outputs * elementBytes,
        edgeTile,
        adds: index > 0,
      });
    });
  }
}

const nothing: Strip = { image: 0, images: 0, row: 0, rows: 0 };

/** Some rows and columns of a strip's product. */
interface Product {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
  readonly transposed: number;
  readonly panels: number;
  readonly target: number;
  readonly edgeTile: number;
  /** Whether it is added to what is there. */
  readonly adds: boolean;
}

/** The rows and columns of a piece of the product. */
function cutOf(
  rows: number,
  columns: number,
): { readonly rows: number; readonly columns: number; readonly across: number; readonly count: number } {
  const down = Math.max(1, Math.min(pieces, Math.floor(rows / (4 * tileRows))));
  const parts = Math.max(1, Math.min(Math.floor(pieces / down), Math.floor(columns / (4 * tileColumns))));
  const cut = { rows: Math.ceil(rows / down / tileRows) * tileRows, columns: Math.ceil(columns / parts / tileColumns) * tileColumns };
  const across = Math.ceil(columns / cut.columns);
  return { ...cut, across, count: Math.ceil(rows / cut.rows) * across };
}
