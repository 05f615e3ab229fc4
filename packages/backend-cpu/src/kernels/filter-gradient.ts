// The gradient of a convolution with respect to its filter, NHWC and HWIO.
//
// It is a matrix product whose depth runs over all outputs: row (ky, kx, c) holds the inputs that this tap meets.
// A strip of the input is transposed once, channels outermost, with zeros around it; all rows of the product are
// then pointers into it, since the inputs under a tap are the transposed image, shifted. With a horizontal stride
// the columns are sorted by remainder, so that what a tap meets still lies side by side.

import { elementBytes, type KernelContext } from "./context.ts";
import { type Axis, axesOf, type Convolution, forwardWindows, reach, type Strip, stripsOf } from "./convolution.ts";
import { packedBytes } from "./pack.ts";
import { carveScratch, scratchRowStride } from "./scratch.ts";
import { overlap } from "./source-plan.ts";
import { edgeTileBytes, panelStep, prepareEdgeTile } from "./tile.ts";
import { transposeCopy } from "./transpose.ts";

/** Outputs per strip, and outputs per block of packed gradient within a strip. */
const stripOutputs = 1600;
const blockDepth = 800;

export interface ConvolutionFilterGradient {
  readonly convolution: Convolution;
  /** [batch, height, width, inputChannels] */
  readonly input: number;
  /** [batch, output height, output width, outputChannels] */
  readonly outputGradient: number;
  /** [kernelHeight, kernelWidth, inputChannels / groups, outputChannels]; overwritten; must not overlap the others. */
  readonly filterGradient: number;
}

/** The gradient of the loss with respect to the filter. */
export function convolutionFilterGradient(context: KernelContext, gradient: ConvolutionFilterGradient): void {
  const { groups = 1 } = gradient.convolution;
  for (let group = 0; group < groups; group += 1) groupGradient(context, gradient, group);
}

/** A strip's transposed input: planes [image, row, remainder, column] of one channel each; distances in elements. */
interface Planes {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** Columns per remainder. */
  readonly columns: number;
  readonly rowStride: number;
  readonly imageStride: number;
  readonly planeStride: number;
}

function planesOf(vertical: Axis, horizontal: Axis, widest: Strip): Planes {
  const rows = forwardWindows(vertical);
  const [top] = reach(rows);
  const [left, right] = reach(forwardWindows(horizontal));
  const height = (widest.rows - 1) * vertical.stride + (vertical.kernel - 1) * vertical.dilation + 1;
  const width = right - left;
  const columns = Math.ceil(width / horizontal.stride);
  const rowStride = columns * horizontal.stride;
  const imageStride = height * rowStride;
  return { top, left, height, width, columns, rowStride, imageStride, planeStride: scratchRowStride(widest.images * imageStride) };
}

function groupGradient(context: KernelContext, gradient: ConvolutionFilterGradient, group: number): void {
  const { exports } = context;
  const { convolution, filterGradient } = gradient;
  const { batch, inputChannels, outputChannels, groups = 1 } = convolution;
  const [vertical, horizontal] = axesOf(convolution);
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  const taps = vertical.kernel * horizontal.kernel;
  const result = filterGradient + group * outputs * elementBytes;
  if (taps * inputs * outputs === 0) return;

  const strips = stripsOf(batch, vertical.output, horizontal.output, stripOutputs);
  const widest = strips[0] ?? { image: 0, images: 0, row: 0, rows: 0 };
  const planes = planesOf(vertical, horizontal, widest);
  const planesBytes = inputs * planes.planeStride * elementBytes;
  const widestRows = widest.images * widest.rows;
  const [panels, transposed, rowTable, resultTable, segmentTable, edgeTile] = carveScratch(
    context,
    packedBytes(widestRows * horizontal.output, outputs),
    planesBytes,
    taps * inputs * elementBytes,
    taps * inputs * elementBytes,
    widestRows * elementBytes,
    edgeTileBytes,
  );
  prepareEdgeTile(exports, edgeTile);
  exports.fillZero(transposed, planesBytes);
  exports.fillSequence(resultTable, 0, outputChannels * elementBytes, taps * inputs);
  fillTapTable(context, rowTable, transposed, { vertical, horizontal, planes, inputs });
  fillSegmentTable(context, segmentTable, widest, vertical, planes);

  const rowsTogether = Math.max(1, Math.floor(blockDepth / Math.max(1, horizontal.output)));
  let accumulate = 0;
  for (const strip of strips) {
    transposeStrip(context, gradient, group, planes, strip, transposed);
    const segments = strip.images * strip.rows;
    const depth = segments * horizontal.output;
    const firstOutput = (strip.image * vertical.output + strip.row) * horizontal.output;
    exports.packPanels(
      gradient.outputGradient + (firstOutput * outputChannels + group * outputs) * elementBytes,
      outputChannels * elementBytes,
      elementBytes,
      depth,
      outputs,
      panels,
      depth * panelStep,
    );
    for (let segment = 0; segment < segments; segment += rowsTogether) {
      exports.tileProduct(
        rowTable,
        taps * inputs,
        segmentTable + segment * elementBytes,
        Math.min(rowsTogether, segments - segment),
        horizontal.output,
        0,
        panels + segment * horizontal.output * panelStep,
        depth * panelStep,
        outputs,
        resultTable,
        result,
        accumulate,
        edgeTile,
      );
      accumulate = 1;
    }
  }
  if (accumulate === 0) {
    // Nothing was added up: a product without depth writes zeros.
    exports.tileProduct(rowTable, taps * inputs, segmentTable, 0, 0, 0, panels, 0, outputs, resultTable, result, 0, edgeTile);
  }
}

interface TapGeometry {
  readonly vertical: Axis;
  readonly horizontal: Axis;
  readonly planes: Planes;
  readonly inputs: number;
}

/** Where each tap of each channel begins in the planes. */
function fillTapTable(context: KernelContext, table: number, transposed: number, geometry: TapGeometry): void {
  const { vertical, horizontal, planes, inputs } = geometry;
  for (let y = 0; y < vertical.kernel; y += 1) {
    for (let x = 0; x < horizontal.kernel; x += 1) {
      const column = x * horizontal.dilation;
      const place = (column % horizontal.stride) * planes.columns + Math.floor(column / horizontal.stride);
      const start = transposed + (y * vertical.dilation * planes.rowStride + place) * elementBytes;
      const entry = table + (y * horizontal.kernel + x) * inputs * elementBytes;
      context.exports.fillSequence(entry, start, planes.planeStride * elementBytes, inputs);
    }
  }
}

/** The offset of each row of outputs of a strip. */
function fillSegmentTable(context: KernelContext, table: number, widest: Strip, vertical: Axis, planes: Planes): void {
  const step = vertical.stride * planes.rowStride * elementBytes;
  for (let image = 0; image < widest.images; image += 1) {
    const entry = table + image * widest.rows * elementBytes;
    context.exports.fillSequence(entry, image * planes.imageStride * elementBytes, step, widest.rows);
  }
}

/** Transposes what a strip reads. The columns beside the input were zeroed once; rows above and below are here. */
function transposeStrip(
  context: KernelContext,
  { convolution, input }: ConvolutionFilterGradient,
  group: number,
  planes: Planes,
  strip: Strip,
  transposed: number,
): void {
  const { inputChannels, groups = 1, height, width, strides = [1, 1] } = convolution;
  const channels = inputChannels / groups;
  const [rowStep, columnStep] = strides;
  const firstRow = strip.row * rowStep + planes.top;
  const [rowStart, rowEnd] = overlap(firstRow, planes.height, height);
  for (let image = 0; image < strip.images; image += 1) {
    const target = transposed + image * planes.imageStride * elementBytes;
    for (let row = 0; row < planes.height; row += 1) {
      const isOutside = row < rowStart || row >= rowEnd;
      // Only strips of one image see different rows outside; whole images leave the same zeros in place.
      if (isOutside && strip.images > 1) continue;
      const targetRow = target + row * planes.rowStride * elementBytes;
      if (isOutside) {
        for (let c = 0; c < channels; c += 1) {
          context.exports.fillZero(targetRow + c * planes.planeStride * elementBytes, planes.rowStride * elementBytes);
        }
        continue;
      }
      const sourceRow = ((strip.image + image) * height + firstRow + row) * width;
      for (let remainder = 0; remainder < columnStep; remainder += 1) {
        // Columns left + remainder + j·columnStep that lie inside the input.
        const first = planes.left + remainder;
        const start = Math.max(0, Math.ceil(-first / columnStep));
        const end = Math.min(planes.columns, Math.ceil((width - first) / columnStep));
        if (end <= start) continue;
        const pixel = sourceRow + first + start * columnStep;
        transposeCopy(context, {
          rows: channels,
          columns: end - start,
          source: {
            pointer: input + (pixel * inputChannels + group * channels) * elementBytes,
            rowStride: 1,
            columnStride: columnStep * inputChannels,
          },
          target: {
            pointer: targetRow + (remainder * planes.columns + start) * elementBytes,
            rowStride: planes.planeStride,
          },
        });
      }
    }
  }
}
