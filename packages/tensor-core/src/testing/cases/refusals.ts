/** Wrong calls of convolutions, pooling, resizing, sorting and ops on places, and what each must say. */
import { tensor } from "../../creation.ts";
import { gatherND, scatterND, takeAlongAxis, tensorScatterUpdate } from "../../ops/along.ts";
import { conv1d } from "../../ops/conv1d.ts";
import { conv3d } from "../../ops/conv3d.ts";
import { depthwiseConv2d } from "../../ops/depthwise.ts";
import { dynamicSlice, mirrorPad } from "../../ops/dynamic.ts";
import { tensordot } from "../../ops/einsum.ts";
import { meshgrid, roll } from "../../ops/grids.ts";
import { bandPart } from "../../ops/matrices.ts";
import { maxPool1d, maxPool3d } from "../../ops/pools.ts";
import { resizeBilinear } from "../../ops/resize.ts";
import { inTopK, topk } from "../../ops/sorting.ts";
import { conv2dTranspose, conv3dTranspose } from "../../ops/transposed.ts";
import { ones } from "../../primitives.ts";
import type { Tensor } from "../../tensor.ts";
import type { ErrorCase } from "./errors.ts";

const ints = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => tensor([...values], shape, "int32");
const row = (op: string, name: string, type: ErrorCase["type"], run: () => unknown, message: string): ErrorCase => ({
  op,
  name,
  type,
  run,
  message,
});

// biome-ignore format: a table, one row a line
export const refusals: readonly ErrorCase[] = [
  row("conv1d", "rank", "ShapeError", () => conv1d(ones([4, 4]), ones([3, 4, 1])), "conv1d: needs sequences [batch, steps, channels]. Got f32[4, 4]."),
  row("conv1d", "filter", "ShapeError", () => conv1d(ones([1, 4, 4]), ones([3, 4])), "conv1d: needs filters [width, in, out]. Got f32[3, 4]."),
  row("conv3d", "channels", "ShapeError", () => conv3d(ones([1, 3, 3, 3, 2]), ones([2, 2, 2, 3, 1])), "conv3d: filters for 2 channels in 1 group(s) are [depth, height, width, 2, out]. Got f32[1, 3, 3, 3, 2] and f32[2, 2, 2, 3, 1]."),
  row("conv3d", "rank", "ShapeError", () => conv3d(ones([1, 3, 3, 2]), ones([2, 2, 2, 2, 1])), "conv3d: needs volumes [batch, depth, height, width, channels]. Got f32[1, 3, 3, 2]."),
  row("conv3d", "strides", "ValueError", () => conv3d(ones([1, 3, 3, 3, 2]), ones([2, 2, 2, 2, 1]), { strides: [1, 2] as never }), "conv3d: strides must be one number or three, got [1,2]."),
  row("depthwiseConv2d", "channels", "ShapeError", () => depthwiseConv2d(ones([1, 4, 4, 3]), ones([2, 2, 2, 1])), "depthwiseConv2d: needs filters [height, width, channels, filters for each channel]. Got f32[1, 4, 4, 3] and f32[2, 2, 2, 1]."),
  row("conv2dTranspose", "channels", "ShapeError", () => conv2dTranspose(ones([1, 4, 4, 3]), ones([2, 2, 3, 2])), "conv2dTranspose: filters end in [out / groups, in] with in = 3, a multiple of groups = 1. Got f32[1, 4, 4, 3] and f32[2, 2, 3, 2]."),
  row("conv2dTranspose", "shape", "ShapeError", () => conv2dTranspose(ones([1, 4, 4, 3]), ones([2, 2, 1, 3]), { strides: 2, outputShape: [11, 8] }), "conv2dTranspose: no convolution makes an output of this shape from the result. Got f32[1, 4, 4, 3]. Check outputShape, outputPadding and strides."),
  row("conv3dTranspose", "filter", "ShapeError", () => conv3dTranspose(ones([1, 2, 2, 2, 3]), ones([2, 2, 3])), "conv3dTranspose: needs filters [depth, height, width, in, out]. Got f32[2, 2, 3]."),
  row("maxPool1d", "rank", "ShapeError", () => maxPool1d(ones([4]), 2), "maxPool1d: needs sequences [batch, steps, channels]. Got f32[4]."),
  row("maxPool3d", "rank", "ShapeError", () => maxPool3d(ones([1, 4, 4, 1]), 2), "maxPool3d: needs volumes [batch, depth, height, width, channels]. Got f32[1, 4, 4, 1]."),
  row("resizeBilinear", "rank", "ShapeError", () => resizeBilinear(ones([4, 4, 1]), 2), "resizeBilinear: needs images [batch, height, width, channels]. Got f32[4, 4, 1]."),
  row("resizeBilinear", "size", "ValueError", () => resizeBilinear(ones([1, 4, 4, 1]), [0, 2]), "resizeBilinear: the size must be positive integers, got [0,2]."),
  row("resizeBilinear", "integers", "DTypeError", () => resizeBilinear(ones([1, 2, 2, 1], "int32"), 3), "resizeBilinear: takes float, not int32. Got i32[1, 2, 2]. Convert with cast()."),
  row("topk", "too many", "ValueError", () => topk(ones([3]), 4), "topk: k must be an integer in [0, 3], got 4."),
  row("inTopK", "shapes", "ShapeError", () => inTopK(ints([1]), ones([2, 3]), 1), "inTopK: needs targets [batch] and predictions [batch, classes]. Got i32[1] and f32[2, 3]."),
  row("takeAlongAxis", "shapes", "ShapeError", () => takeAlongAxis(ones([2, 3]), ints([1], [1, 1])), "takeAlongAxis: the shape of the indices may differ along axis 1 only. Got f32[2, 3] and i32[1, 1]."),
  row("takeAlongAxis", "outside", "IndexError", () => takeAlongAxis(ones([1, 3]), ints([3], [1, 1])), "takeAlongAxis: index 3 is outside axis 1 of size 3. Got f32[1, 3] and i32[1, 1]."),
  row("gatherND", "depth", "ShapeError", () => gatherND(ones([3]), ints([1, 1], [1, 2])), "gatherND: the last axis of the indices holds 1 to 1 coordinates. Got i32[1, 2]."),
  row("gatherND", "outside", "IndexError", () => gatherND(ones([2, 3]), ints([1, -1], [1, 2])), "gatherND: index -1 is outside axis 1 of size 3. Got f32[2, 3] and i32[1, 2]."),
  row("scatterND", "updates", "ShapeError", () => scatterND(ints([1, 0], [2, 1]), ones([3]), [4]), "scatterND: the updates need one slice for each row of indices. Got i32[2, 1] and f32[3]."),
  row("tensorScatterUpdate", "dtypes", "DTypeError", () => tensorScatterUpdate(ones([4]), ints([1], [1, 1]), ints([2])), "tensorScatterUpdate: takes inputs of one dtype. Got f32[4] and i32[1]. Convert with cast()."),
  row("tensordot", "sizes", "ShapeError", () => tensordot(ones([2, 3]), ones([4, 2]), 1), "tensordot: the axes [1] and [0] differ in size. Got f32[2, 3] and f32[4, 2]."),
  row("meshgrid", "rank", "ShapeError", () => meshgrid([ones([2, 2])]), "meshgrid: takes vectors. Got f32[2, 2]."),
  row("roll", "shifts", "ValueError", () => roll(ones([2, 2]), [1, 2, 3], [0, 1]), "roll: 3 shifts do not fit 2 axes."),
  row("bandPart", "rank", "ShapeError", () => bandPart(ones([2]), 0, 0), "bandPart: needs matrices, of rank 2 or more. Got f32[2]."),
  row("dynamicSlice", "size", "ShapeError", () => dynamicSlice(ones([2, 2]), ints([0, 0]), [3, 1]), "dynamicSlice: needs a block that fits, and where it begins along each axis. Got f32[2, 2] and f32[3, 1] and i32[2]."),
  row("mirrorPad", "too far", "ShapeError", () => mirrorPad(ones([3]), [[3, 0]], "reflect"), "mirrorPad: axis 0 has no [3, 0] elements to mirror. Got f32[3]."),
];
